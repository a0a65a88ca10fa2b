"""Write the sample store in `resources/sample` with a real MLflow client, the same each time up to single milliseconds.

    python packaging/make_sample.py [--output resources/sample]

The interpreter needs mlflow 3.17.2, scikit-learn and matplotlib (not Bakehouse). The client works in the folder
`/data/bakehouse-sample`, which must be empty or absent and is removed at the end, so that every address it writes is
neutral: no path, user or host of the machine that made it gets into the sample. Clock, random numbers and ids are
seeded. Nothing is written behind the client's back, except that some `estimator.html` are left out to save space.
It takes about five minutes.

The data are invented. In `price_optimization_2024` a gradient boosting run wins when its learning rate is below 0.1
*and* it has more than 150 trees; about ten of its runs train real models on an invented year of daily sales.
"""

from __future__ import annotations

import argparse
import datetime
import os
import random
import shutil
import sqlite3
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

SEED = 2024
WORK = Path("/data/bakehouse-sample")
ARTIFACTS = WORK.as_uri() + "/artifacts"
USER = "data.scientist"
CREATED = datetime.datetime(2026, 9, 7, 8, 30, tzinfo=datetime.UTC)
PRICE_START = datetime.datetime(2026, 10, 26, 7, 0, tzinfo=datetime.UTC)
LAST = datetime.datetime(2026, 11, 20, 16, 40, tzinfo=datetime.UTC)


class Clock:
    """The time MLflow sees: set by the script, one millisecond later at each look."""

    def __init__(self, start: datetime.datetime) -> None:
        self.seconds = start.timestamp()

    def __call__(self) -> float:
        self.seconds += 0.001
        return self.seconds

    def set_ms(self, milliseconds: int) -> None:
        self.seconds = milliseconds / 1000

    def ms(self) -> int:
        return int(self() * 1000)


# All of this comes before the import of MLflow, which keeps what it finds.
CLOCK = Clock(CREATED)
IDS = random.Random(SEED)
os.environ.update(
    LOGNAME=USER, USER=USER, MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true",
    MLFLOW_TRACKING_URI=f"sqlite:///{WORK}/mlflow.db", GIT_PYTHON_REFRESH="quiet", MPLBACKEND="Agg",
    MLFLOW_ENABLE_ASYNC_LOGGING="false", TZ="UTC",
)  # fmt: skip
uuid.uuid4 = lambda: uuid.UUID(bytes=IDS.randbytes(16), version=4)

import matplotlib.pyplot as plt  # noqa: E402
import mlflow  # noqa: E402
import mlflow.models.model  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from mlflow import MlflowClient  # noqa: E402
from mlflow.entities import Metric, Param, RunTag  # noqa: E402
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # noqa: E402
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor  # noqa: E402
from sklearn.linear_model import ElasticNet, Ridge  # noqa: E402

RANDOM = np.random.default_rng(SEED)
FEATURES = ["price", "competitor_price", "discount", "promotion", "weekday", "temperature", "footfall"]


class SimulatedDatetime(datetime.datetime):
    """`datetime` whose present is the clock's, for the one place in MLflow that asks it (MLmodel's creation time)."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return cls.fromtimestamp(CLOCK(), tz)


@dataclass
class Plan:
    """One run before it is logged: times in ms, histories as (step, value) lists, one value means one point."""

    name: str
    start_ms: int
    seconds: float
    params: dict[str, object]
    histories: dict[str, list[tuple[int, float]]]
    tags: dict[str, str] = field(default_factory=dict)
    status: str = "FINISHED"
    estimator: object | None = None


def working_times(count: int, first: datetime.datetime, last: datetime.datetime) -> list[int]:
    """`count` rising times in ms between the two, on weekdays from 7 to 19 o'clock."""
    times: list[int] = []
    span = (last - first).total_seconds()
    while len(times) < count:
        moment = first + datetime.timedelta(seconds=float(RANDOM.uniform(0, span)))
        if moment.weekday() < 5 and 7 <= moment.hour < 19:
            times.append(int(moment.timestamp() * 1000))
    return sorted(times)


def commit_of(start_ms: int) -> str:
    """A commit id that stays the same for some days, as a repository's does."""
    return random.Random(start_ms // (3 * 86_400_000)).randbytes(20).hex()


def create(client: MlflowClient, experiment_id: str, plan: Plan) -> str:
    """Start the planned run, log params, tags and metric histories, and return its id."""
    CLOCK.set_ms(plan.start_ms)
    system = {
        "mlflow.user": USER,
        "mlflow.source.name": "train.py",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": commit_of(plan.start_ms),
    }
    run = client.create_run(experiment_id, plan.start_ms, tags=system, run_name=plan.name)
    metrics = []
    for key, points in plan.histories.items():
        for index, (step, value) in enumerate(points, start=1):
            moment = plan.start_ms + int(950 * plan.seconds * index / len(points))
            metrics.append(Metric(key, value, moment, step))
    params = [Param(key, str(value)) for key, value in plan.params.items()]
    client.log_batch(run.info.run_id, metrics, params, [RunTag(key, value) for key, value in plan.tags.items()])
    return run.info.run_id


def finish(client: MlflowClient, run_id: str, plan: Plan) -> None:
    """End the run after its planned time, unless it is still running."""
    if plan.status != "RUNNING":
        client.set_terminated(run_id, plan.status, plan.start_ms + int(plan.seconds * 1000))


def rising(final: float, first: float, steps: list[int], noise: float) -> list[tuple[int, float]]:
    """A learning curve from `first` to exactly `final` over the given steps."""
    share = 1 - np.exp(-4.2 * np.asarray(steps) / steps[-1])
    share = share / share[-1]
    values = first + (final - first) * share + RANDOM.normal(0, noise, len(steps)) * (1 - share)
    return [(step, float(value)) for step, value in zip(steps, [*values[:-1], final], strict=True)]


def sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def uplift_of(learning_rate: float, n_trees: int, max_depth: int, subsample: float) -> float:
    """Revenue uplift of a gradient boosting run, 0 to 0.124: high only with a rate below 0.1 and over 150 trees."""
    slow = sigmoid((0.1 - learning_rate) / 0.007)
    many = sigmoid((n_trees - 150) / 14)
    fine = 1 - 0.16 * abs(learning_rate - 0.035) / 0.065 - 0.012 * abs(max_depth - 6) - 0.08 * (1 - subsample)
    fine -= 0.05 * abs(n_trees - 340) / 190
    value = 0.009 + 0.015 * slow + 0.015 * many + 0.079 * slow * many * fine
    return float(np.clip(value + RANDOM.normal(0, 0.0042), 0.0004, 0.1228 - abs(RANDOM.normal(0, 0.001))))


def rmse_of(uplift: float) -> float:
    """Root mean squared error in units sold that goes with an uplift, 3.9 to 9.8."""
    return float(np.clip(9.35 - 41.5 * uplift + RANDOM.normal(0, 0.24), 3.9 + abs(RANDOM.normal(0, 0.05)), 9.8))


def gradient_boosting(serial: int, start_ms: int) -> Plan:
    """One gradient boosting run, named after something true of it."""
    rate = round(float(RANDOM.uniform(0.004, 0.2)), 3)
    trees = int(RANDOM.integers(2, 21)) * 25
    depth = int(RANDOM.choice([2, 3, 4, 5, 6, 7, 8, 10, 12], p=[0.05, 0.1, 0.15, 0.15, 0.2, 0.1, 0.1, 0.1, 0.05]))
    leaf = int(RANDOM.choice([1, 2, 5, 10, 20, 40]))
    subsample = float(RANDOM.choice([0.6, 0.7, 0.8, 0.9, 1.0]))
    loss = str(RANDOM.choice(["squared_error", "huber"], p=[0.75, 0.25]))
    words = [f"depth{depth}", "lr-low" if rate < 0.05 else "lr-mid" if rate < 0.12 else "lr-high"]
    words += [f"leaf{leaf}"] if leaf >= 5 else []
    words += [f"sub{subsample * 100:.0f}"] if subsample < 1 else []
    words += ["wide"] if trees >= 350 else ["short"] if trees <= 100 else []
    words += ["huber"] if loss == "huber" else []
    uplift = uplift_of(rate, trees, depth, subsample)
    rmse = rmse_of(uplift)
    count = int(RANDOM.choice([8, 20, 24, 30, 60], p=[0.5, 0.2, 0.15, 0.1, 0.05]))
    steps = [max(1, round(trees * k / count)) for k in range(1, count + 1)]
    return Plan(
        f"gbm-{RANDOM.choice(words)}-{serial:03}", start_ms,
        float(8 + trees * 0.085 * (0.6 + depth / 12) * RANDOM.uniform(0.9, 1.25)),
        {"algorithm": "gradient_boosting", "learning_rate": rate, "n_trees": trees, "max_depth": depth,
         "min_samples_leaf": leaf, "subsample": subsample, "loss": loss, "seed": int(RANDOM.integers(1, 100)),
         "features": str(RANDOM.choice(["base", "base+weather", "base+weather+promotion"]))},
        {"revenue_uplift": rising(uplift, 0.0, steps, 0.004), "rmse": rising(rmse, 11.4, steps, 0.25),
         "r2": [(trees, 1 - (rmse / 14.9) ** 2)],
         "latency_ms": [(trees, 0.6 + trees * (0.004 + 0.0014 * depth) + float(RANDOM.gamma(2, 0.12)))]},
    )  # fmt: skip


def random_forest(serial: int, start_ms: int) -> Plan:
    """One random forest run: it has trees but no learning rate."""
    trees = int(RANDOM.integers(2, 21)) * 25
    depth = int(RANDOM.choice([4, 6, 8, 10, 12]))
    leaf = int(RANDOM.choice([1, 2, 5, 10, 20]))
    uplift = 0.022 + 0.016 * sigmoid((trees - 150) / 40) + 0.0016 * (depth - 4) - 0.0005 * leaf
    uplift = float(np.clip(uplift + RANDOM.normal(0, 0.005), 0.002, 0.065))
    rmse = rmse_of(uplift)
    steps = [max(1, round(trees * k / 10)) for k in range(1, 11)]
    words = [f"depth{depth}", f"leaf{leaf}", "wide" if trees >= 300 else f"trees{trees}"]
    return Plan(
        f"rf-{RANDOM.choice(words)}-{serial:03}", start_ms, float(10 + trees * 0.11 * RANDOM.uniform(0.8, 1.3)),
        {"algorithm": "random_forest", "n_trees": trees, "max_depth": depth, "min_samples_leaf": leaf,
         "seed": int(RANDOM.integers(1, 100)), "features": str(RANDOM.choice(["base", "base+weather"]))},
        {"revenue_uplift": [(trees, uplift)], "rmse": rising(rmse, 10.2, steps, 0.3),
         "r2": [(trees, 1 - (rmse / 14.9) ** 2)],
         "latency_ms": [(trees, 1.2 + trees * (0.006 + 0.002 * depth) + float(RANDOM.gamma(2, 0.2)))]},
    )  # fmt: skip


def linear(serial: int, start_ms: int) -> Plan:
    """One linear run: neither learning rate nor trees, and soon done."""
    ridge = bool(RANDOM.random() < 0.6)
    alpha = float(RANDOM.choice([0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]))
    uplift = float(np.clip(0.016 - 0.002 * np.log10(alpha) + RANDOM.normal(0, 0.006), 0.0, 0.04))
    rmse = rmse_of(uplift)
    params: dict[str, object] = {"algorithm": "linear", "alpha": alpha, "seed": int(RANDOM.integers(1, 100))}
    params |= {} if ridge else {"l1_ratio": float(RANDOM.choice([0.15, 0.5, 0.85]))}
    params["features"] = str(RANDOM.choice(["base", "base+weather", "base+weather+promotion"]))
    return Plan(
        f"linear-{'ridge' if ridge else 'enet'}-a{alpha:g}-{serial:03}", start_ms, float(RANDOM.uniform(2.5, 9)),
        params,
        {"revenue_uplift": [(0, uplift)], "rmse": [(0, rmse)], "r2": [(0, 1 - (rmse / 14.9) ** 2)],
         "latency_ms": [(0, float(0.25 + RANDOM.gamma(2, 0.06)))]},
    )  # fmt: skip


def sales_2024() -> pd.DataFrame:
    """An invented year of daily sales: 366 rows, features and `units_sold`, not linear in its features."""
    source = np.random.default_rng(7)  # its own, so that the models' errors do not hang on other parts
    days = np.arange(366)
    weekday = days % 7
    promotion = (source.random(366) < 0.22).astype(float)
    price = np.round(source.uniform(2.2, 4.8, 366), 2)
    competitor = np.round(price + source.normal(0, 0.55, 366), 2)
    discount = np.round(promotion * source.uniform(0.05, 0.3, 366), 2)
    temperature = np.round(11 - 9.5 * np.cos(days / 366 * 2 * np.pi) + source.normal(0, 3, 366), 1)
    footfall = np.round(420 + 90 * (weekday >= 5) + source.normal(0, 40, 366))
    units = 62 + 18.0 * (price < 3.1) - 13 * (price > 4.1) + 17 * promotion * (price > 2.9)
    units += 14 * (weekday >= 5) * np.where(temperature > 12, 1, -0.3) + 8 * np.sin(temperature / 3.1)
    units = np.round(units + source.normal(0, 2.1, 366), 1)
    columns = [price, competitor, discount, promotion, weekday.astype(float), temperature, footfall, units]
    return pd.DataFrame(dict(zip([*FEATURES, "units_sold"], columns, strict=True)))


def gbm(rate: float, trees: int, depth: int, leaf: int, subsample: float, seed: int) -> GradientBoostingRegressor:
    return GradientBoostingRegressor(
        learning_rate=rate, n_estimators=trees, max_depth=depth, min_samples_leaf=leaf, subsample=subsample,
        random_state=seed,
    )  # fmt: skip


# serial number → name, estimator. Few and shallow leaves keep each model small.
TRAINED: dict[int, tuple[str, object]] = {
    38: ("linear-ridge-a0.3-038", Ridge(alpha=0.3)),
    61: ("gbm-short-061", gbm(0.02, 50, 3, 30, 1.0, 7)),
    77: ("rf-depth6-077", RandomForestRegressor(40, max_depth=6, min_samples_leaf=12, random_state=3)),
    96: ("gbm-lr-low-096", gbm(0.03, 160, 3, 30, 0.8, 42)),
    119: ("linear-enet-a0.1-119", ElasticNet(alpha=0.1, l1_ratio=0.5)),
    134: ("gbm-lr-high-134", gbm(0.15, 50, 1, 30, 0.6, 11)),
    149: ("gbm-early-149", gbm(0.06, 160, 3, 34, 0.8, 42)),
    163: ("gbm-sub80-163", gbm(0.042, 190, 3, 26, 0.8, 13)),
    184: ("gbm-depth4-184", gbm(0.052, 165, 4, 30, 0.7, 42)),
    205: ("gbm-lr-low-205", gbm(0.036, 180, 6, 30, 0.8, 42)),
    212: ("gbm-depth6-212", gbm(0.055, 200, 6, 22, 0.8, 42)),
}
BEST = 212
SWEEP = 150  # serial of the sweep's parent; its twelve children follow
SKIPPED = {4, 19, 20, 57, 58, 59, 101, 128, 173}  # numbers that never became a run
DELETED = {12, 66, 180}
FAILED = {9: "diverged", 33: "diverged", 52: "", 84: "diverged", 117: "", 171: ""}
KILLED = {27, 90, 140, 190}
NOTES = {
    61: "Underfits as expected: 50 trees at 0.02 are far too few. Kept as the lower bound of the plot.",
    77: "Random forest as a **sanity check**. Robust, but the uplift stays behind boosting.",
    96: "First run that beats the rule-based prices.\n\n* rate below 0.05\n* 160 trees\n\nRegistered as version 1.",
    134: "High learning rate: fast, but the validation error never comes down.",
    163: "Subsampling 0.8 with a slow rate. Registered as version 2 after the pricing review.",
    205: "Slower and shallower; within noise of the others.",
    212: "Best so far. Monotone constraint on price kept; see residuals for the bakery group.",
    171: "Out of memory on the shared machine, run again with fewer features.",
}


def planned_runs() -> dict[int, Plan]:
    """The runs of `price_optimization_2024` by serial number: 200 that stay and 3 that are deleted."""
    serials = [serial for serial in range(1, 213) if serial not in SKIPPED]
    plans = {}
    for serial, start_ms in zip(serials, working_times(len(serials), PRICE_START, LAST), strict=True):
        if SWEEP <= serial <= SWEEP + 12 or serial in FAILED or serial in KILLED or serial == 211:
            plan = gradient_boosting(serial, start_ms)
        else:
            kind = RANDOM.choice([gradient_boosting, random_forest, linear], p=[0.6, 0.22, 0.18])
            plan = kind(serial, start_ms)
        plan.tags |= {
            "team": str(RANDOM.choice(["pricing", "pricing", "assortment"])),
            "owner": str(RANDOM.choice(["retail", "retail", "online"])),
        }
        if RANDOM.random() < 0.12:
            plan.tags["priority"] = str(RANDOM.choice(["low", "high"]))
        plans[serial] = plan
        if serial in TRAINED:
            retrain(plan, *TRAINED[serial])
        if serial in NOTES:
            plan.tags["mlflow.note.content"] = NOTES[serial]
    shape_exceptions(plans)
    return plans


def retrain(plan: Plan, name: str, estimator: object) -> None:
    """Make the plan one of a real training: autologging writes its params and the training its metrics."""
    plan.name, plan.estimator, plan.histories, plan.seconds = name, estimator, {}, float(RANDOM.uniform(22, 65))
    plan.params = {"algorithm": "linear", "features": "base+weather+promotion"}
    if isinstance(estimator, GradientBoostingRegressor | RandomForestRegressor):
        boosting = isinstance(estimator, GradientBoostingRegressor)
        plan.params["algorithm"] = "gradient_boosting" if boosting else "random_forest"
        plan.params |= {"n_trees": estimator.n_estimators, "seed": estimator.random_state}


def shape_exceptions(plans: dict[int, Plan]) -> None:
    """Failed, killed and running runs, points that are no numbers, and the sweep."""
    for serial, reason in FAILED.items():
        plan = plans[serial]
        plan.status = "FAILED"
        keep = max(3, len(plan.histories["rmse"]) // 2)
        plan.histories = {key: points[:keep] for key, points in plan.histories.items() if len(points) > 1}
        if reason:
            steps = [step for step, _ in plan.histories["rmse"]]
            values = [*[11.4 * 1.6**index for index in range(keep - 2)], float("inf"), float("nan")]
            plan.histories = {"rmse": list(zip(steps, values, strict=True))}
            plan.params["learning_rate"] = {9: 0.195, 33: 0.188, 84: 0.199}[serial]
            plan.name = f"gbm-lr-high-{serial:03}"
            plan.tags["failure"] = "diverged"
    for serial in [*KILLED, 211]:
        plan = plans[serial]
        plan.status = "RUNNING" if serial == 211 else "KILLED"
        keep = max(4, len(plan.histories["rmse"]) * 2 // 5)
        plan.histories = {key: points[:keep] for key, points in plan.histories.items() if len(points) > 1}
    gaps = [plan for plan in plans.values() if len(plan.histories.get("revenue_uplift", [])) >= 20][:4]
    for plan in gaps:
        points = plan.histories["revenue_uplift"]
        points[len(points) // 3] = (points[len(points) // 3][0], float("nan"))
    points = gaps[0].histories["revenue_uplift"]
    points[-1] = (points[-1][0], float("nan"))
    gaps[0].tags["mlflow.note.content"] = "No orders in the last evaluation window, so the uplift is not a number."
    shape_sweep(plans)


def shape_sweep(plans: dict[int, Plan]) -> None:
    """A grid of four learning rates and three numbers of trees, one run after the other under a parent."""
    parent = plans[SWEEP]
    grid = [(rate, trees) for rate in (0.02, 0.06, 0.12, 0.18) for trees in (100, 200, 400)]
    moment = parent.start_ms + 4000
    best = 0.0
    for index, (rate, trees) in enumerate(grid, start=1):
        fresh = gradient_boosting(SWEEP + index, moment)
        plan = plans[SWEEP + index]
        plan.name, plan.start_ms, plan.seconds = f"sweep-lr{rate:g}-n{trees}", moment, fresh.seconds
        uplift = uplift_of(rate, trees, 6, 0.8)
        rmse, steps = rmse_of(uplift), [round(trees * k / 20) for k in range(1, 21)]
        plan.params = fresh.params | {
            "learning_rate": rate, "n_trees": trees, "max_depth": 6, "subsample": 0.8, "seed": 42, "loss": "huber",
        }  # fmt: skip
        plan.histories = fresh.histories | {
            "revenue_uplift": rising(uplift, 0.0, steps, 0.004), "rmse": rising(rmse, 11.4, steps, 0.25),
            "r2": [(trees, 1 - (rmse / 14.9) ** 2)],
        }  # fmt: skip
        plan.estimator, plan.status = None, "FINISHED"
        moment += int(plan.seconds * 1000) + 1500
        best = max(best, uplift)
    parent.name, parent.seconds = "sweep-learning-rate-by-trees", (moment - parent.start_ms) / 1000
    parent.params = {"algorithm": "gradient_boosting", "search": "grid", "n_children": len(grid)}
    parent.histories = {"best_revenue_uplift": [(0, best)]}
    parent.tags["mlflow.note.content"] = "Learning rate by number of trees.\n\n**A slow rate needs many trees.**"


def residual_plots(model: object, holdout: pd.DataFrame, predicted: np.ndarray) -> None:
    """Log `plots/residuals.png` and, where the model knows it, `plots/feature_importance.png`."""
    figure, axes = plt.subplots(figsize=(5.4, 3.4), dpi=90, layout="constrained")
    axes.scatter(predicted, holdout["units_sold"] - predicted, s=14, color="#a84a14", alpha=0.75)
    axes.axhline(0, color="#6b635a", linewidth=0.8)
    axes.set(xlabel="predicted units sold", ylabel="residual", title="Residuals on the holdout")
    mlflow.log_figure(figure, "plots/residuals.png")
    plt.close(figure)
    weights = getattr(model, "feature_importances_", None)
    if weights is None:
        weights = np.abs(model.coef_) / np.abs(model.coef_).sum()
    order = np.argsort(weights)
    figure, axes = plt.subplots(figsize=(5.4, 3.4), dpi=90, layout="constrained")
    axes.barh(np.asarray(FEATURES)[order], weights[order], color="#a84a14")
    axes.set(xlabel="importance", title="Feature importance")
    mlflow.log_figure(figure, "plots/feature_importance.png")
    plt.close(figure)


def train(client: MlflowClient, run_id: str, plan: Plan, serial: int, sales: pd.DataFrame) -> None:
    """Fit the plan's estimator in its run under autologging and log plots, tables, curves and the dataset's use."""
    in_holdout = np.arange(len(sales)) % 5 == 0
    training, holdout = sales[~in_holdout], sales[in_holdout]
    model = plan.estimator
    with mlflow.start_run(run_id=run_id):
        model.fit(training[FEATURES], training["units_sold"])
        CLOCK.set_ms(plan.start_ms + int(plan.seconds * 900))
        predicted = model.predict(holdout[FEATURES])
        staged = getattr(model, "staged_predict", lambda frame: [model.predict(frame)])(holdout[FEATURES])
        errors = [float(np.sqrt(np.mean((holdout["units_sold"] - stage) ** 2))) for stage in staged]
        rmse = errors[-1]
        wins = isinstance(model, GradientBoostingRegressor) and model.n_estimators > 150
        uplift = float(np.clip((9.35 - rmse) / 41.5 * (0.9 if wins else 0.5), 0.002, 0.122))
        uplift = 0.1243 if serial == BEST else uplift
        chosen = sorted({round(k) for k in np.linspace(1, len(errors), min(40, len(errors)))})
        curve = [(step, 0.0) for step in chosen] if len(chosen) == 1 else rising(uplift, 0.0, chosen, 0.003)
        curve[-1] = (chosen[-1], uplift)
        histories = {
            "revenue_uplift": curve, "rmse": [(step, errors[step - 1]) for step in chosen],
            "r2": [(chosen[-1], float(1 - rmse**2 / holdout["units_sold"].var(ddof=0)))],
            "latency_ms": [(chosen[-1], float(0.4 + 0.012 * len(errors) + RANDOM.gamma(2, 0.1)))],
        }  # fmt: skip
        client.log_batch(run_id, [
            Metric(key, value, plan.start_ms + int(900 * plan.seconds * (index + 1) / len(points)), step)
            for key, points in histories.items() for index, (step, value) in enumerate(points)
        ])  # fmt: skip
        residual_plots(model, holdout, predicted)
        log_tables(serial, holdout, predicted)
        CLOCK.set_ms(plan.start_ms + int(plan.seconds * 1000))


def log_tables(serial: int, holdout: pd.DataFrame, predicted: np.ndarray) -> None:
    """Log predictions (CSV, JSON table or Parquet), errors by weekday, the settings and a short log."""
    table = holdout.assign(day=holdout.index + 1, predicted=np.round(predicted, 2))
    table = table[["day", "price", "promotion", "units_sold", "predicted"]].reset_index(drop=True)
    if serial == BEST:
        # Uncompressed, so that the test of the sample's bytes sees everything in it.
        table.to_parquet("predictions.parquet", compression=None)
        mlflow.log_artifact("predictions.parquet")
        Path("predictions.parquet").unlink()
    if serial % 2:
        mlflow.log_table(table.head(40), "tables/predictions.json")
    else:
        mlflow.log_text(table.to_csv(index=False), "tables/predictions.csv")
    error = (holdout["units_sold"] - predicted).abs()
    by_weekday = error.groupby(holdout["weekday"].astype(int)).agg(["mean", "max", "count"]).round(3)
    mlflow.log_text(by_weekday.to_csv(), "tables/error_by_weekday.csv")
    mlflow.log_dict({"features": FEATURES, "holdout": "every fifth day", "target": "units_sold"}, "config.json")
    lines = ["read sales_2024: 366 days", "holdout: 74 days", f"mean absolute error {error.mean():.3f}", "done"]
    mlflow.log_text("\n".join(lines) + "\n", "training.log")


def price_optimization(client: MlflowClient, experiment_id: str) -> None:
    """Log the 203 runs in the order they started, and register versions on the way."""
    sales = sales_2024()
    dataset = mlflow.data.from_pandas(
        sales, source="s3://bakehouse-sales/2024/daily.parquet", targets="units_sold", name="sales_2024"
    )
    mlflow.set_experiment(experiment_id=experiment_id)
    mlflow.sklearn.autolog(log_datasets=False, silent=True)
    registry = {96: register_first, 163: register_second, BEST: register_third}
    plans = planned_runs()
    sweep_id = ""
    for serial, plan in sorted(plans.items(), key=lambda item: item[1].start_ms):
        in_sweep = SWEEP < serial <= SWEEP + 12
        if in_sweep:
            plan.tags["mlflow.parentRunId"] = sweep_id
        run_id = create(client, experiment_id, plan)
        sweep_id = run_id if serial == SWEEP else sweep_id
        if serial != SWEEP:
            mlflow.MlflowClient().log_inputs(run_id, datasets=[dataset_input(dataset, "training")])
        if plan.estimator is not None:
            train(client, run_id, plan, serial, sales)
        finish(client, run_id, plan)
        uplift = client.get_run(run_id).data.metrics.get("revenue_uplift", 0)
        if uplift > 0.11:
            client.set_tag(run_id, "candidate", "true")
        if serial in DELETED:
            CLOCK.set_ms(plan.start_ms + 3_600_000)
            client.delete_run(run_id)
        if serial in registry:
            CLOCK.set_ms(plan.start_ms + int(plan.seconds * 1000) + 900_000)
            registry[serial](client, run_id)


def dataset_input(dataset: object, context: str) -> mlflow.entities.DatasetInput:
    """The dataset as a run's input with its context, as `mlflow.log_input` sends it."""
    tag = mlflow.entities.InputTag("mlflow.data.context", context)
    return mlflow.entities.DatasetInput(dataset._to_mlflow_entity(), [tag])


def register(client: MlflowClient, run_id: str, description: str, tags: dict[str, str]) -> str:
    """Register the model logged by the run as the next version of `DemandForecast`."""
    model_id = client.get_run(run_id).outputs.model_outputs[0].model_id
    version = mlflow.register_model(f"models:/{model_id}", "DemandForecast", tags=tags, await_registration_for=None)
    client.update_model_version("DemandForecast", version.version, description)
    return version.version


def move(client: MlflowClient, version: str, stage: str, hours: float) -> None:
    """Move the version to the stage some hours later, archiving what is there."""
    CLOCK.seconds += hours * 3600
    archive = stage in ("Staging", "Production")
    client.transition_model_version_stage("DemandForecast", version, stage, archive_existing_versions=archive)


def register_first(client: MlflowClient, run_id: str) -> None:
    client.create_registered_model(
        "DemandForecast", {"team": "pricing", "domain": "retail"},
        "Units sold a day for a price, used to choose **next week's prices**.",
    )  # fmt: skip
    version = register(client, run_id, "First boosting model in front of the shops.", {"validated": "yes"})
    move(client, version, "Staging", 1)
    move(client, version, "Production", 30)
    client.set_registered_model_alias("DemandForecast", "champion", version)


def register_second(client: MlflowClient, run_id: str) -> None:
    version = register(
        client, run_id, "Slower learning with more trees, checked by the pricing review.", {"validated": "yes"}
    )
    move(client, version, "Staging", 0.5)
    move(client, version, "Production", 20)
    client.set_registered_model_alias("DemandForecast", "champion", version)


def register_third(client: MlflowClient, run_id: str) -> None:
    version = register(client, run_id, "Best uplift so far; waiting for the test in shops.", {"validated": "no"})
    move(client, version, "Staging", 0.25)
    client.set_registered_model_alias("DemandForecast", "challenger", version)


def house_price_prediction(client: MlflowClient, experiment_id: str) -> None:
    """60 finished runs with errors in thousands, two of them with a small report."""
    first = CREATED + datetime.timedelta(days=2)
    for serial, start_ms in enumerate(working_times(60, first, first + datetime.timedelta(days=24)), start=1):
        model = str(RANDOM.choice(["ridge", "lasso", "random_forest", "gradient_boosting"]))
        params: dict[str, object] = {"model": model, "cv_folds": 5, "log_target": bool(RANDOM.random() < 0.5)}
        quality = {"ridge": 0.2, "lasso": 0.15, "random_forest": 0.6, "gradient_boosting": 0.75}[model]
        if model in ("ridge", "lasso"):
            params["alpha"] = float(RANDOM.choice([0.01, 0.1, 1, 10, 100]))
        else:
            params |= {"n_estimators": int(RANDOM.integers(2, 13)) * 50, "max_depth": int(RANDOM.integers(3, 13))}
        quality += 0.1 * bool(params["log_target"]) + float(RANDOM.normal(0, 0.06))
        rmse = 46 - 22 * quality
        folds = [(fold, float(rmse + RANDOM.normal(0, 1.4))) for fold in range(5)]
        metrics = {
            "rmse_thousands": [(0, rmse)], "mae_thousands": [(0, rmse * 0.68)], "fold_rmse": folds,
            "r2": [(0, 1 - (rmse / 72) ** 2)],
        }  # fmt: skip
        plan = Plan(f"{model.replace('_', '-')}-{serial:02}", start_ms, float(RANDOM.uniform(4, 120)), params, metrics)
        plan.tags = {"team": "real-estate", "region": str(RANDOM.choice(["north", "south", "coast"]))}
        run_id = create(client, experiment_id, plan)
        if serial in (23, 48):
            client.log_text(run_id, "# Report\n\nErrors are largest for houses **built before 1920**.\n", "report.md")
        finish(client, run_id, plan)


def customer_churn(client: MlflowClient, experiment_id: str) -> None:
    """80 runs of three classifiers with a loss per epoch; some fail."""
    first = CREATED + datetime.timedelta(days=20)
    for serial, start_ms in enumerate(working_times(80, first, first + datetime.timedelta(days=38)), start=1):
        model = str(RANDOM.choice(["logistic_regression", "neural_network", "gradient_boosting"], p=[0.2, 0.45, 0.35]))
        rate = float(f"{10 ** RANDOM.uniform(-4, -1):.2g}")
        params: dict[str, object] = {"model": model, "learning_rate": rate, "class_weight": "balanced"}
        auc = {"logistic_regression": 0.77, "neural_network": 0.84, "gradient_boosting": 0.86}[model]
        if model == "neural_network":
            params |= {"hidden_units": int(RANDOM.choice([32, 64, 128, 256])), "batch_size": 256}
            params["dropout"] = float(RANDOM.choice([0.0, 0.1, 0.2, 0.4]))
        auc = float(np.clip(auc - 0.02 * abs(np.log10(rate) + 2.3) + RANDOM.normal(0, 0.012), 0.6, 0.93))
        epochs = list(range(1, 21 if model == "neural_network" else 9))
        metrics = {
            "loss": rising(1.05 - 0.85 * auc, 0.69, epochs, 0.02), "auc": rising(auc, 0.55, epochs, 0.01),
            "f1": [(epochs[-1], auc * 0.78 - 0.04)],
        }  # fmt: skip
        short = {"logistic_regression": "logit", "neural_network": "mlp", "gradient_boosting": "gbm"}[model]
        plan = Plan(f"{short}-churn-{serial:02}", start_ms, float(RANDOM.uniform(15, 400)), params, metrics)
        plan.tags = {"team": "crm", "data_cut": "2026-08"}
        if serial in (14, 39, 62):
            plan.status, metrics["loss"] = "FAILED", [*metrics["loss"][:4], (5, float("nan"))]
            del metrics["f1"], metrics["auc"]
        finish(client, create(client, experiment_id, plan), plan)


def make_store() -> None:
    """Write the whole store with MLflow's client in the neutral folder."""
    SqlAlchemyStore(f"sqlite:///{WORK}/mlflow.db", ARTIFACTS)  # as a server starts: gives Default its location
    client = MlflowClient()
    notes = {
        "price_optimization_2024": ("pricing", "Which prices for next week? **Uplift** is simulated on 2024's sales."),
        "house_price_prediction": ("real-estate", "Baseline for the valuation form. Errors in thousands."),
        "customer_churn_v2": ("crm", "Second attempt, with the new contract features."),
    }
    ids = {}
    for name, (team, note) in notes.items():
        tags = {"team": team, "mlflow.note.content": note}
        ids[name] = client.create_experiment(name, f"{ARTIFACTS}/{name}", tags)
    house_price_prediction(client, ids["house_price_prediction"])
    customer_churn(client, ids["customer_churn_v2"])
    price_optimization(client, ids["price_optimization_2024"])


def pack(output: Path) -> None:
    """Put database (one file, no journal) and artifacts where the sample belongs."""
    connection = sqlite3.connect(WORK / "mlflow.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("VACUUM")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    pages = sorted((WORK / "artifacts").rglob("estimator.html"))
    for page in pages[:-1]:  # 50 KB each, one is enough to look at
        page.unlink()
    if output.exists():
        shutil.rmtree(output)
    shutil.copytree(WORK / "artifacts", output / "artifacts", copy_function=shutil.copyfile)
    shutil.copyfile(WORK / "mlflow.db", output / "mlflow.db")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).resolve().parents[1] / "resources" / "sample"
    parser.add_argument("--output", type=Path, default=default, help="folder to write; an older one is replaced")
    output = parser.parse_args().output.resolve()
    WORK.mkdir(parents=True, exist_ok=True)
    if any(WORK.iterdir()):  # another store there would be mixed into the sample
        parser.error(f"{WORK} is not empty")
    os.chdir(WORK)
    sys.argv = ["train.py"]  # MLflow takes the source's name from here
    real_time = time.time
    time.time = CLOCK
    mlflow.models.model.datetime = SimulatedDatetime
    try:
        make_store()
    finally:
        time.time = real_time
    pack(output)
    shutil.rmtree(WORK)


if __name__ == "__main__":
    main()
