"""Requesting and deciding as the person goes through them: read, ask, capture, sign, say."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from bakehouse.artifacts.locator import Locator
from bakehouse.dialogs.decide import DecideDialog
from bakehouse.dialogs.people import KnownPerson, PeopleDialog
from bakehouse.dialogs.policy import PolicyAnswer, PolicyDialog
from bakehouse.dialogs.request_transition import RequestTransitionDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.evidence import DigestSeen, Evidence
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.requests import RequestAction, ReviewRequest, VersionKey
from bakehouse.domain.text import visible
from bakehouse.pages.reviews.book import Book, Case, read_book
from bakehouse.pages.reviews.words import arrow, consequence
from bakehouse.pages.signing import SigningRoom
from bakehouse.registry.desk import Desk
from bakehouse.registry.evidence import capture, digest_of
from bakehouse.registry.reviewing import (
    Asked,
    add_comment,
    approve,
    cancel,
    reject,
    request_transition,
    set_policy,
    set_role,
)
from bakehouse.store.handle import Store
from bakehouse.store.registry import list_models
from bakehouse.tasks import Lane


class ReviewEditing(SigningRoom):
    """Owned by the reviews page. GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("reviews", parent)

    # Requesting

    def request(self, version: ModelVersion, window: QWidget) -> None:
        """Ask what to request for a version."""
        work = partial(_read_requestable, VersionKey(version.workspace, version.name, version.version))
        self.read(work, partial(self._ask_request, window), window, "Reading the trail", "The trail could not be read")

    def _ask_request(self, window: QWidget, found: tuple[RegisteredModel, ModelVersion, Book]) -> None:
        if self.session is None:
            return
        model, version, book = found
        key = VersionKey(version.workspace, version.name, version.version)
        policies = {stage: book.projection.policy(key.workspace, key.model, stage.value)[0] for stage in Stage}
        waiting = frozenset(stage for stage in Stage if book.projection.pending_for(key, stage.value) is not None)
        dialog = RequestTransitionDialog(model, version, policies, waiting, self.session.themes.theme, window)
        dialog.decided.connect(partial(self._capture, window, model, version))
        self.ask(dialog)

    def _capture(self, window: QWidget, model: RegisteredModel, version: ModelVersion, asked: Asked) -> None:
        """Hash and read what the request is judged by; for a large model that takes a while and can be stopped."""
        session = self.session
        if session is None:
            return
        session.tasks.start(
            "reviews.capture",
            partial(_capture, session.store, session.locator, model, version, asked.stage),
            done=partial(self._send, window, asked),
            failed=partial(self.tell, window, "The evidence could not be captured"),
            lane=Lane.WALK,
            title="Capturing the evidence",
        )

    def _send(self, window: QWidget, asked: Asked, evidence: Evidence) -> None:
        self.sign(window, "Requesting the transition", partial(request_transition, asked=asked, evidence=evidence))

    # Deciding

    def decide(self, action: RequestAction, case: Case, book: Book, window: QWidget) -> None:
        """Ask for the reason of a decision and carry it out."""
        request = case.request
        policy = book.policy(request)
        required = policy is not None and policy.comment_required and action is not RequestAction.CANCEL
        name = f"{visible(request.version.model, 80)} {request.version.version}"
        subject = f"{name} · {arrow(request.from_stage, request.to_stage)}"
        others = sorted(
            key.version
            for key, stage in book.stages.items()
            if (key.workspace, key.model, stage) == (request.version.workspace, request.version.model, request.to_stage)
        )
        said = {
            RequestAction.APPROVE: consequence(request, others),
            RequestAction.REJECT: "Nothing moves; the requester sees the reason.",
            RequestAction.CANCEL: "Nothing moves; the request stays in the trail as cancelled.",
        }[action]
        dialog = DecideDialog(action.value, subject, said, action.value, comment_required=required, parent=window)
        dialog.decided.connect(partial(self._decide, action, request, case, window))
        self.ask(dialog)

    def _decide(self, action: RequestAction, request: ReviewRequest, case: Case, window: QWidget, comment: str) -> None:
        if action is RequestAction.APPROVE:
            self._check_and_approve(request, case, window, comment)
        else:
            act = reject if action is RequestAction.REJECT else cancel
            self.sign(window, "Deciding", partial(act, request_id=request.request_id, comment=comment))

    def _check_and_approve(self, request: ReviewRequest, case: Case, window: QWidget, comment: str) -> None:
        """The files are hashed once more right before they are approved."""
        session = self.session
        if session is None or case.version is None:
            return
        session.tasks.start(
            "reviews.digest",
            partial(_digest, session.locator, case.version),
            done=partial(self._approve, request.request_id, window, comment),
            failed=partial(self.tell, window, "The files could not be compared"),
            lane=Lane.WALK,
            title="Comparing the model's files",
        )

    def _approve(self, request_id: str, window: QWidget, comment: str, found: DigestSeen) -> None:
        self.sign(window, "Approving", partial(_approve, request_id, comment, found.sha256))

    # Rules

    def policy(self, book: Book, request: ReviewRequest | None, window: QWidget) -> None:
        """Ask for a policy, beginning with the one of the request in front."""
        where = None if request is None else request.version
        known = {scope: policy for scope, (policy, _) in book.projection.policies.items()}
        dialog = PolicyDialog(
            where.workspace if where is not None else "",
            where.model if where is not None else "",
            request.to_stage if request is not None else Stage.PRODUCTION.value,
            known,
            book.rules_obstacle,
            window,
        )
        dialog.decided.connect(partial(self._set_policy, window))
        self.ask(dialog)

    def _set_policy(self, window: QWidget, answer: PolicyAnswer) -> None:
        self.sign(window, "Setting the policy", partial(set_policy, scope=answer.scope, policy=answer.policy))

    def people(self, book: Book, window: QWidget) -> None:
        """Ask for roles."""
        projection = book.projection
        known = [KnownPerson(key, name, projection.role(key)) for key, (name, _) in projection.people.items()]
        dialog = PeopleDialog(known, book.me, book.rules_obstacle, window)
        dialog.decided.connect(partial(self._set_roles, window))
        self.ask(dialog)

    def _set_roles(self, window: QWidget, changed: list[KnownPerson]) -> None:
        self.sign(window, "Setting roles", partial(_set_roles, changed))

    def comment(self, request_id: str, text: str, window: QWidget) -> None:
        """Add a comment to a request."""
        self.sign(window, "Commenting", partial(add_comment, request_id=request_id, comment=text))


def _set_roles(changed: list[KnownPerson], desk: Desk) -> Changes:
    done = [set_role(desk, one.key, one.name, one.role) for one in changed]
    return done[-1]


def _approve(request_id: str, comment: str, digest: str, desk: Desk) -> Changes:
    return approve(desk, request_id, comment, digest)


def _read_requestable(key: VersionKey, store: Store, token: Token) -> tuple[RegisteredModel, ModelVersion, Book]:
    for model in list_models(store.reader(), token, key.model):
        if model.workspace == key.workspace:
            for version in model.versions:
                if version.version == key.version:
                    return model, version, read_book(store, token)
    raise WriteRefused("This version is not in the store any more.")


def _capture(
    store: Store, locator: Locator, model: RegisteredModel, version: ModelVersion, stage: Stage, token: Token
) -> Evidence:
    return capture(store.reader(), locator, model, version, stage, token)


def _digest(locator: Locator, version: ModelVersion, token: Token) -> DigestSeen:
    return digest_of(locator, version, token)
