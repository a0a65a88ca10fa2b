"""The grammar of the search language, for lark's LALR parser with its contextual lexer.

It holds MLflow 3.17's language of `search_runs`: comparisons joined by AND, and the one column of an `order_by`. MLflow
also takes comparisons that merely stand beside each other, and an AND too many; so does `conjunction`. OR, NOT and
parentheses are ours, as are numbers against texts, lists of numbers, IS NAN, `duration` (in milliseconds), `inf` (the
greatest float, which MLflow stores for it) and the figures over a metric's history: `min(metrics.rmse)`,
`max(metrics.rmse)`, `at(metrics.rmse, 100)`. Which comparator and which kind of value suit which column is no matter of
grammar: `parser` says it with a sentence.

The terminals are those of MLflow's lexer (sqlparse): quotes inside a quoted text are written twice or behind a
backslash and stay in the text as they are written; a name belongs to its dot, so no blank stands between them.
"""

from __future__ import annotations

GRAMMAR = r"""
filter: _ands | disjunction

?disjunction: conjunction (_OR conjunction)*
?conjunction: _ands? _term (_ands? _term)* _ands?
_ands: _AND+
_term: comparison | negation | group
group: "(" disjunction ")"
negation: _NOT _term

comparison: subject OPERATOR value    -> compared
          | subject WORD value        -> compared
          | subject IN list           -> compared
          | subject NOT_IN list       -> compared
          | subject IS_NULL           -> presence
          | subject IS_NOT_NULL       -> presence
          | subject IS_NAN            -> presence
          | subject IS_NOT_NAN        -> presence

order: subject DIRECTION?

subject: COLUMN | ATTRIBUTE | figure
figure: FIGURE (COLUMN | ATTRIBUTE) (_STEP_COMMA STEP)? _FIGURE_END

?value: TEXT | NUMBER

list: "(" item ("," item)* ","? ")"
item: TEXT+ | NUMBER

FIGURE.4: /(?:min|max|at)\s*\(/i
_STEP_COMMA: /,/
STEP: /[-+]?\d+(?![\w.])/
_FIGURE_END: /\)/

COLUMN.3: ENTITY "." (PLAIN | BACKTICKED | DOUBLE_QUOTED | SINGLE_QUOTED)
ATTRIBUTE: WORD_NAME | BACKTICKED | DOUBLE_QUOTED
ENTITY: /(?:`\w+`|\w+)/
PLAIN: /(?:[\w.]|\[[^\[\]]*\])+/
WORD_NAME: /(?!(?:and|or|not)\b)[^\W\d]\w*/i
BACKTICKED: /`(?:``|[^`])*`/
DOUBLE_QUOTED: /"(?:""|[\\]"|[^"])*"/
SINGLE_QUOTED: /'(?:''|[\\]'|[^'])*'/

OPERATOR: /[<>=~!]+/
WORD: /(?:(?:NOT\s+)?(?:LIKE|ILIKE|RLIKE))\b/i
IN: /IN\b/i
NOT_IN: /NOT\s+IN\b/i
IS_NULL: /IS\s+NULL\b/i
IS_NOT_NULL: /IS\s+NOT\s+NULL\b/i
IS_NAN: /IS\s+NAN\b/i
IS_NOT_NAN: /IS\s+NOT\s+NAN\b/i
_AND.2: /AND\b/i
_OR.2: /OR\b/i
_NOT.2: /NOT\b/i
DIRECTION: /(?:ASC|DESC)\b/i

TEXT: SINGLE_QUOTED | DOUBLE_QUOTED
NUMBER: /(?:-?\d+(?:\.\d+)?E-?\d+|-?(?:\d+\.\d*|\.\d+)|-?\d+|-?inf)(?![\w.])/i

%ignore /\s+/
"""
