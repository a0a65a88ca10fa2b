"""MLflow's run search language: grammar, expression, evaluation over columns, order.

`parser.parse` makes an `expression.Expression` of a text, `evaluation.evaluate` the mask of the runs it holds for,
`parser.parse_order` and `ordering.run_order` the order; lark is imported when the first text is parsed.
"""
