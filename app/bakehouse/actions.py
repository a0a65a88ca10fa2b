"""The table of commands as data: menus, tool bars, context menus and the palette are lists of its ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """What decides whether a command is enabled; the window fills the first two, the page in front the rest."""

    store_open: bool = False
    read_only: bool = False
    page: str = ""
    selected_runs: int = 0
    run_has_model: bool = False
    filtered: bool = False
    view_changed: bool = False
    selected_version: bool = False
    selected_versions: int = 0
    selected_model: bool = False
    in_model: bool = False
    """Whether the versions of one model are in front."""
    shows_board: bool = False
    has_production: bool = False
    """Whether another version than the one in front is in Production."""
    request_open: bool = False
    """Whether a request that waits for a decision is in front."""
    request_shown: bool = False
    can_go_back: bool = False
    can_go_forward: bool = False
    can_undo: bool = False
    deleted_runs: bool = False
    """Whether deleted runs are shown instead of active ones."""
    selected_experiments: int = 0
    experiment_deleted: bool = False
    experiment_pinned: bool = False
    shows_deleted_experiments: bool = False
    foldable: bool = False


def _always(_context: Context) -> bool:
    return True


def _store_open(context: Context) -> bool:
    return context.store_open


def _on_runs(context: Context) -> bool:
    return context.store_open and context.page == "runs"


def _on_selected_runs(context: Context) -> bool:
    return _on_runs(context) and context.selected_runs > 0


def _on_one_run(context: Context) -> bool:
    return _on_runs(context) and context.selected_runs == 1


def _on_active_runs(context: Context) -> bool:
    return _on_runs(context) and context.selected_runs > 0 and not context.deleted_runs


def _on_experiment(context: Context) -> bool:
    return _on_runs(context) and context.selected_experiments == 1


def _request_open(context: Context) -> bool:
    return context.store_open and context.page == "reviews" and context.request_open and not context.read_only


def _on_models(context: Context) -> bool:
    return context.store_open and context.page == "models"


def _on_version(context: Context) -> bool:
    return _on_models(context) and context.selected_version


def _edits_models(context: Context) -> bool:
    return _on_models(context) and not context.read_only


def _edits_model(context: Context) -> bool:
    return _edits_models(context) and context.selected_model


def _view_changed(context: Context) -> bool:
    return _on_runs(context) and context.view_changed


def _in_tree(context: Context) -> bool:
    return _on_runs(context) and context.foldable


@dataclass(frozen=True, slots=True)
class Action:
    """One command. `shortcut` is a portable key sequence, `icon` a name in resources/icons."""

    id: str
    text: str
    shortcut: str = ""
    icon: str = ""
    tip: str = ""
    enabled: Callable[[Context], bool] = _always
    checkable: bool = False
    checked: Callable[[Context], bool] | None = None
    """Of a checkable command whose mark the context decides."""


ACTIONS: tuple[Action, ...] = (
    Action("store.open", "&Open store…", "Ctrl+O", "folder-open", "Open an MLflow store (mlflow.db)"),
    Action(
        "store.open_new",
        "Choose &file…",
        "Ctrl+Shift+O",
        "external-link",
        "Open an MLflow store in a window of its own",
    ),
    Action("store.sample", "Open &sample store", "", "sheet", "Open the sample store in the data folder"),
    Action("store.close", "&Close store", "Ctrl+W", "x", "Close this store", _store_open),
    Action("store.refresh", "&Refresh", "F5", "refresh-cw", "Read the store again", _store_open),
    Action("app.preferences", "&Preferences…", "Ctrl+,", "settings", "Theme, times, stores, personal data"),
    Action("window.new", "&New window", "Ctrl+N", "external-link", "Another window on the same store"),
    Action("window.close", "Close &window", "Ctrl+Shift+W", "", "Close this window"),
    Action("app.quit", "&Quit", "Ctrl+Q", "", "Close every window"),
    Action("page.runs", "&Runs", "Ctrl+1", "chart-line", "Runs of the selected experiments", _store_open),
    Action("page.models", "&Models", "Ctrl+2", "box", "Registered models and their versions", _store_open),
    Action(
        "page.reviews", "Re&views", "Ctrl+3", "message-square-check", "Requests that wait for a decision", _store_open
    ),
    Action("view.sidebar", "&Sidebar", "Ctrl+B", "panel-left", "Show or hide the list on the left", _store_open),
    Action("view.inspector", "&Inspector", "Ctrl+I", "panel-right", "Show or hide the inspector", _store_open),
    Action(
        "go.back", "&Back", "Alt+Left", "arrow-left", "Show what was shown before (Alt+Left)", lambda c: c.can_go_back
    ),
    Action(
        "go.forward",
        "&Forward",
        "Alt+Right",
        "arrow-right",
        "Show what was left by going back (Alt+Right)",
        lambda c: c.can_go_forward,
    ),
    Action("view.next_pane", "&Next part", "F6", "", "Put the keyboard into the next part of the page", _store_open),
    Action(
        "view.previous_pane", "Pre&vious part", "Shift+F6", "", "Put the keyboard into the part before", _store_open
    ),
    Action("view.palette", "&Go to…", "Ctrl+K", "search", "Find a command, an experiment or a model"),
    Action("theme.system", "As the &desktop", "", "", "Follow the desktop's light or dark scheme", checkable=True),
    Action("theme.light", "&Light", "", "sun", "Always light", checkable=True),
    Action("theme.dark", "&Dark", "", "moon", "Always dark", checkable=True),
    Action(
        "runs.filter",
        "&Filter runs",
        "Ctrl+F",
        "search",
        "Filter the runs by words or by MLflow's search language",
        _on_runs,
    ),
    Action(
        "runs.clear_filter",
        "Clear &filter",
        "Ctrl+Shift+F",
        "x",
        "Show all runs again",
        lambda c: _on_runs(c) and c.filtered,
    ),
    Action("runs.columns", "&Columns…", "Ctrl+Shift+C", "columns-3", "Choose the table's columns", _on_runs),
    Action("runs.views", "&Views…", "Ctrl+Shift+V", "columns-3", "Saved views of the run table", _on_runs),
    Action("runs.view_save", "Save view", "Ctrl+S", "", "Save what is shown under the view's name", _view_changed),
    Action("runs.view_save_as", "Save view as…", "Ctrl+Shift+S", "", "Save what is shown as a view", _on_runs),
    Action("runs.view_reset", "Reset view", "", "", "Take back what was changed in this view", _view_changed),
    Action("runs.view_import", "Import view…", "", "", "Take a view from a file", _on_runs),
    Action("runs.view_export", "Export view…", "", "", "Write what is shown as a view into a file", _on_runs),
    Action("runs.group", "&Group and nest…", "Ctrl+G", "list-tree", "Arrange the runs in groups", _on_runs),
    Action("runs.expand_all", "&Expand all", "Ctrl+]", "", "Unfold every group and parent (*)", _in_tree),
    Action("runs.fold_all", "Fold &all", "Ctrl+[", "", "Fold every group and parent", _in_tree),
    Action("runs.only_starred", "Only starred &runs", "Ctrl+Shift+D", "star", "Show only runs with a star", _on_runs),
    Action(
        "runs.star",
        "&Star",
        "Ctrl+D",
        "star",
        "Give the selected runs a star, or take it (S in the table)",
        lambda c: _on_runs(c) and c.selected_runs > 0,
    ),
    Action(
        "runs.column_menu", "This colu&mn…", "Ctrl+Shift+M", "columns-3", "Order, place and look of a column", _on_runs
    ),
    Action("runs.column_left", "Move column left", "Alt+Shift+Left", "", "Put this column further left", _on_runs),
    Action("runs.column_right", "Move column right", "Alt+Shift+Right", "", "Put this column further right", _on_runs),
    Action(
        "runs.copy",
        "&Copy rows",
        "Ctrl+C",
        "copy",
        "Copy the selected runs as tab-separated text",
        _on_selected_runs,
    ),
    *(
        Action(f"runs.copy_{name}", text, "", "", tip, _on_selected_runs)
        for name, text, tip in (
            ("csv", "Copy as &CSV", "Copy the selected runs with the columns shown, as comma-separated text"),
            ("markdown", "Copy as &Markdown table", "Copy the selected runs with the columns shown, for a README"),
            ("latex", "Copy as &LaTeX table", "Copy the selected runs with the columns shown, for a paper (booktabs)"),
            ("cell", "Copy cell &value", "Copy the current cell in full"),
            ("id", "Copy run &ID", "Copy the ids of the selected runs"),
            ("address", "Copy runs:/ &address", "Copy the addresses by which MLflow finds the runs' artifacts"),
            ("python", "Copy &Python that loads the run", "Copy a program that loads the selected runs and the model"),
        )
    ),
    Action(
        "runs.compare",
        "Co&mpare runs",
        "Ctrl+J",
        "columns-3",
        "Put the selected runs side by side",
        lambda c: _on_runs(c) and c.selected_runs > 1,
    ),
    Action("runs.export", "&Export…", "Ctrl+E", "download", "Export runs or metric histories to a file", _on_runs),
    Action("plots.save_picture", "Save pict&ure…", "", "image", "Save the plot in front as PNG, SVG or PDF", _on_runs),
    Action("plots.copy_picture", "Copy pict&ure", "", "image", "Copy the plot in front as a picture", _on_runs),
    Action(
        "plots.save_data", "Save plot &data…", "", "sheet", "Save what the plot in front draws as a table", _on_runs
    ),
    Action(
        "artifacts.save", "Save all &artifacts…", "", "download", "Copy the run's artifacts into a folder", _on_one_run
    ),
    Action("artifacts.zip", "Save all artifacts as &zip…", "", "", "Pack the run's artifacts into a file", _on_one_run),
    Action(
        "artifacts.places",
        "Where artifacts &lie…",
        "",
        "",
        "What was learned of artifacts that are not where the store says",
        _store_open,
    ),
    Action("runs.select_all", "Select &all runs", "Ctrl+A", "", "Select every run shown", _on_runs),
    Action(
        "runs.register",
        "&Register model…",
        "Ctrl+R",
        "package",
        "Register a model of the selected run",
        lambda c: _on_runs(c) and c.run_has_model and not c.read_only,
    ),
    Action(
        "runs.rename",
        "Re&name run…",
        "F2",
        "pencil",
        "Give the selected run another name",
        lambda c: _on_runs(c) and c.selected_runs == 1 and not c.deleted_runs,
    ),
    Action("runs.tags", "Edit &tags…", "", "tag", "Set or remove a tag of the selected runs", _on_active_runs),
    Action("runs.note", "Edit n&ote…", "", "file-text", "Write the note of the selected runs", _on_active_runs),
    Action(
        "runs.delete",
        "&Delete runs…",
        "Del",
        "",
        "Mark the selected runs as deleted; they can be restored",
        _on_active_runs,
    ),
    Action(
        "runs.restore",
        "Re&store runs",
        "",
        "",
        "Bring the selected deleted runs back",
        lambda c: _on_runs(c) and c.selected_runs > 0 and c.deleted_runs,
    ),
    Action(
        "runs.deleted",
        "Show &deleted runs",
        "",
        "",
        "Deleted runs instead of active ones",
        _on_runs,
        True,
        lambda c: c.deleted_runs,
    ),
    Action("experiments.create", "New e&xperiment…", "", "plus", "Add an experiment to the store", _on_runs),
    Action(
        "experiments.rename",
        "Rename ex&periment…",
        "",
        "",
        "Give the chosen experiment another name",
        lambda c: _on_experiment(c) and not c.experiment_deleted,
    ),
    Action(
        "experiments.describe",
        "Descr&ibe experiment…",
        "",
        "",
        "Write the description of the chosen experiment",
        lambda c: _on_experiment(c) and not c.experiment_deleted,
    ),
    Action(
        "experiments.tags",
        "Experiment ta&gs…",
        "",
        "",
        "See, set, change or remove the tags of the chosen experiment",
        lambda c: _on_experiment(c) and not c.experiment_deleted,
    ),
    Action(
        "experiments.delete",
        "De&lete experiment…",
        "",
        "",
        "Mark the chosen experiment and its runs as deleted",
        lambda c: _on_experiment(c) and not c.experiment_deleted,
    ),
    Action(
        "experiments.restore",
        "Restore e&xperiment…",
        "",
        "",
        "Bring the chosen experiment back with all its runs",
        lambda c: _on_experiment(c) and c.experiment_deleted,
    ),
    Action(
        "experiments.pin",
        "&Pin experiment",
        "",
        "",
        "Keep the chosen experiment at the top",
        _on_experiment,
        True,
        lambda c: c.experiment_pinned,
    ),
    Action(
        "experiments.show_deleted",
        "Show deleted &experiments",
        "",
        "",
        "List deleted experiments too",
        _store_open,
        True,
        lambda c: c.shows_deleted_experiments,
    ),
    Action(
        "models.transition",
        "&Transition stage…",
        "Ctrl+T",
        "arrow-right",
        "Move the selected version to another stage",
        lambda c: c.store_open and c.page == "models" and c.selected_version and not c.read_only,
    ),
    Action("models.open_version", "Open &version", "", "package", "Show the selected version on a page", _on_version),
    Action(
        "models.compare",
        "Compare vers&ions",
        "",
        "columns-3",
        "Put the selected versions side by side",
        lambda c: _on_models(c) and c.selected_versions > 1,
    ),
    Action(
        "models.compare_production",
        "Compare with &Production",
        "",
        "columns-3",
        "Put the selected version beside those in Production",
        lambda c: _on_version(c) and c.has_production,
    ),
    Action(
        "models.board",
        "Versions as a &board",
        "Ctrl+Shift+B",
        "columns-3",
        "A lane for each stage in place of the table",
        lambda c: _on_models(c) and c.in_model,
        True,
        lambda c: c.shows_board,
    ),
    Action("models.find", "&Find models", "", "search", "Search the models, or the versions", _on_models),
    Action("models.create", "&New model…", "", "plus", "Add a registered model without versions", _edits_models),
    Action("models.rename", "Rename &model…", "", "pencil", "Give the model another name", _edits_model),
    Action("models.describe", "&Describe model", "", "", "Write the description of the model", _edits_model),
    Action("models.delete", "Delete m&odel…", "", "", "Delete the model with all its versions", _edits_model),
    Action(
        "models.delete_version",
        "Delete &version…",
        "",
        "",
        "Delete the selected version from the registry",
        lambda c: _on_version(c) and not c.read_only,
    ),
    Action(
        "models.request",
        "Re&quest transition…",
        "",
        "message-square-check",
        "Ask others to move this version to another stage",
        lambda c: c.store_open and c.page == "models" and c.selected_version and not c.read_only,
    ),
    Action("reviews.approve", "&Approve…", "Ctrl+Return", "check", "Approve the request in front", _request_open),
    Action("reviews.reject", "Re&ject…", "", "x", "Decide against the request in front", _request_open),
    Action("reviews.cancel", "Cancel re&quest…", "", "", "Take the request in front back", _request_open),
    Action("reviews.policy", "&Policy…", "", "settings", "Who may approve, how many, four eyes", _store_open),
    Action("reviews.people", "People and &roles…", "", "", "Keys known to the trail and what they may do", _store_open),
    Action(
        "reviews.timeline",
        "Stages over &time",
        "",
        "clock",
        "Which version was in which stage at any past time",
        _store_open,
    ),
    Action(
        "reviews.dossier",
        "Save &dossier…",
        "",
        "file-text",
        "All about this version and its decisions as PDF",
        lambda c: c.store_open and c.page == "reviews" and c.request_shown,
    ),
    Action("reviews.export", "&Export the trail…", "", "download", "Every entry with its proof, as JSON", _store_open),
    Action("reviews.verify", "&Verify the trail", "", "lock", "Check every entry, signature and stage", _store_open),
    Action("help.shortcuts", "&Keyboard shortcuts", "Ctrl+/", "info", "Every shortcut on one sheet"),
    Action("edit.undo", "&Undo edit", "Ctrl+Z", "", "Take the last edit back", lambda c: c.can_undo),
    Action("help.filter", "&Filter language", "F1", "info", "How runs are filtered, with examples"),
    Action("help.about", "&About Bakehouse", "", "info", "Version and licence"),
    Action("help.log", "Show &log file", "", "file-text", "Open the folder of the log file"),
)

KEYS: tuple[tuple[str, str, str], ...] = (
    ("In the table of runs", "Space", "Show or hide the inspector"),
    ("In the table of runs", "Shift+Down", "Select one run more"),
    ("In the table of runs", "Right", "Unfold a group or parent, then go into it"),
    ("In the table of runs", "Left", "Fold it, or go to what a run lies in"),
    ("In the table of runs", "*", "Unfold everything"),
    ("In the table of runs", "S", "Give the selected runs a star, or take it"),
    ("In the models", "Ctrl+F", "Search the models or the versions"),
    ("In the models", "S", "Sort by the column the keyboard is in"),
    ("In the models", "Return", "Open the model, or the page of the version"),
    ("In the models", "Ctrl+J", "Compare the selected versions"),
    ("In the models", "F2", "Rename the model"),
    ("In the models", "Del", "Delete the version, on the overview the model"),
    ("On the board", "Right", "Go to the next lane"),
    ("In the filter", "Down", "Go to the table"),
    ("In the filter", "Up", "Bring back earlier filters"),
    ("In the artifacts", "Space", "Look at the file in a window of its own"),
    ("In the artifacts", "Ctrl+S", "Save what is selected"),
    ("In the artifacts", "Ctrl+Shift+S", "Save what is selected as a zip file"),
    ("In the artifacts", "Ctrl+C", "Copy the files, to be pasted into a folder"),
    ("In the artifacts", "Ctrl+Shift+C", "Copy the path"),
    ("In the artifacts", "Ctrl+Alt+C", "Copy the MLflow address"),
    ("In the artifacts", "Ctrl+Return", "Open with the system's program"),
    ("In the artifacts", "Ctrl+Alt+R", "Reveal in the folder"),
    ("In the artifacts", "Ctrl+Alt+D", "Compute and check the digest"),
    ("In the palette", "Return", "Go to what is marked"),
    ("In the palette", "Ctrl+Return", "Open a store in a new window"),
    ("In parallel coordinates", "Right", "Go to the next axis"),
    ("In parallel coordinates", "Ctrl+Right", "Move the axis to the right"),
    ("In parallel coordinates", "F", "Flip the axis"),
    ("In parallel coordinates", "Shift+Del", "Remove the axis"),
    ("In parallel coordinates", "Return", "Brush the axis"),
    ("In parallel coordinates", "Up", "Move the brush; with Shift its upper, with Ctrl its lower edge"),
    ("In parallel coordinates", "PgUp", "Go to the next brush of the axis"),
    ("In parallel coordinates", "Del", "Take the brush away"),
    ("In parallel coordinates", "Esc", "Take all brushes away"),
)
"""Keys that are no commands: where they work, which, and what they do."""

SEPARATOR = "-"

COPY_AS = (
    "runs.copy_csv", "runs.copy_markdown", "runs.copy_latex", SEPARATOR,
    "runs.copy_cell", "runs.copy_id", "runs.copy_address", "runs.copy_python",
)  # fmt: skip
"""The submenu "copy_as" of the Edit menu and of a cell's menu."""

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "&File",
        (
            "store.open", "recent", "open_beside", "store.sample", SEPARATOR, "window.new", SEPARATOR,
            "runs.export", "artifacts.save", "artifacts.zip", "artifacts.places",
            "plots.save_picture", "plots.save_data", SEPARATOR,
            "store.refresh", "store.close", "window.close", SEPARATOR, "app.preferences",
            SEPARATOR, "app.quit",
        ),
    ),
    (
        "&Edit",
        (
            "edit.undo", SEPARATOR, "runs.copy", "copy_as", "plots.copy_picture", "runs.select_all", "runs.star",
            SEPARATOR,
            "runs.rename", "runs.tags", "runs.note",
            "runs.delete", "runs.restore", SEPARATOR, "runs.register", SEPARATOR,
            "experiments.create", "experiments.rename", "experiments.describe", "experiments.tags",
            "experiments.delete", "experiments.restore",
        ),
    ),
    (
        "&View",
        (
            "page.runs", "page.models", "page.reviews", SEPARATOR, "go.back", "go.forward", SEPARATOR,
            "view.palette", "runs.filter", "runs.clear_filter", "runs.only_starred",
            "runs.compare", "runs.columns", "runs.deleted", SEPARATOR, "runs.group", "runs.expand_all", "runs.fold_all",
            SEPARATOR, "experiments.pin", "experiments.show_deleted",
            "runs.column_menu", "runs.views",
            SEPARATOR, "view.sidebar", "view.inspector", "view.next_pane", "view.previous_pane",
            SEPARATOR, "theme.system", "theme.light", "theme.dark",
        ),
    ),
    (
        "&Models",
        (
            "models.find", "models.board", SEPARATOR,
            "models.open_version", "models.compare", "models.compare_production", SEPARATOR,
            "models.create", "models.describe", "models.rename", "models.delete", SEPARATOR, "models.delete_version",
        ),
    ),
    (
        "&Review",
        (
            "models.transition", "models.request", SEPARATOR,
            "reviews.approve", "reviews.reject", "reviews.cancel", SEPARATOR,
            "reviews.timeline", "reviews.dossier", "reviews.export", SEPARATOR,
            "reviews.policy", "reviews.people", "reviews.verify",
        ),
    ),
    ("&Help", ("help.filter", "help.shortcuts", SEPARATOR, "help.log", "help.about")),
)  # fmt: skip
"""Menu title and its entries; "recent" and "open_beside" stand for submenus of the stores opened before,
"copy_as" for that of COPY_AS."""
