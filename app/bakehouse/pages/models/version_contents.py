"""What a comparison of versions reads, as work for tasks: runs, cards, folders, and digests of their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bakehouse.analysis.comparison import Comparison
from bakehouse.analysis.version_comparison import ComparedVersion, VersionFile, compare_versions
from bakehouse.artifacts.comparing import Place, run_files
from bakehouse.artifacts.digests import folder_digest
from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.comparison import Direction
from bakehouse.domain.errors import ArtifactError, PersonalFileError
from bakehouse.domain.models import ModelVersion
from bakehouse.pages.models.version_reading import read_card, read_source
from bakehouse.personal.directions import DirectionFile
from bakehouse.store.comparison import read_compared
from bakehouse.store.handle import Store


@dataclass(frozen=True)
class VersionsRead:
    """The versions, their comparison, and what is to be said of their folders."""

    versions: tuple[ComparedVersion, ...]
    comparison: Comparison
    addresses: tuple[str, ...]
    sizes: int
    """Bytes of all files on this machine, whose digests can be computed."""
    notices: tuple[str, ...] = ()
    directions: Mapping[str, Direction] | None = None


def read_versions(store: Store, locator: Locator, versions: Sequence[ModelVersion], token: Token) -> VersionsRead:
    """Read what is compared, files by their sizes. Raises StoreError kin, Cancelled."""
    reader = store.reader()
    ids = list(dict.fromkeys(one.run_id for one in versions if one.run_id))
    runs = {run.run_id: run for run in read_compared(reader, ids, token)}
    found, addresses, notices, sizes = [], [], [], 0
    for place, version in enumerate(versions):
        token.report(place, len(versions), "Reading versions")
        address = read_source(store, version, token).address
        card = read_card(locator, address, token)
        listed = run_files(locator, Guard(locator.store_path), [Place(address)], token)
        notices += [f"Version {version.version}: {words}" for words in listed.notices]
        sizes += sum(entry.size or 0 for entry in listed.files.values() if not entry.remote)
        run = runs.get(version.run_id or "")
        files = {path: VersionFile(size_text(entry.size)) for path, entry in listed.files.items()}
        one = ComparedVersion(version, run, files=files if card.location.path is not None else None)
        if card.card is not None:
            about = card.card
            one = replace(one, flavors=about.flavors, signature=about.signature, requirements=about.requirements)
        found.append(one)
        addresses.append(address)
    try:
        directions = DirectionFile().read()
    except PersonalFileError:
        directions = {}
    comparison = compare_versions(found, token.check)
    return VersionsRead(tuple(found), comparison, tuple(addresses), sizes, tuple(notices), directions)


def digest_files(locator: Locator, read: VersionsRead, token: Token) -> VersionsRead:
    """The same with the digest of every file on this machine. Raises Cancelled."""
    found, notices = [], list(read.notices)
    for one, address in zip(read.versions, read.addresses, strict=True):
        location = locator.locate(address)
        if location.path is not None and not location.remote:
            try:
                digest = folder_digest(location.path, token, guard=Guard(locator.store_path))
                files = {file.path: VersionFile(size_text(file.size), file.sha256) for file in digest.files}
                one = replace(one, files=files)
            except ArtifactError as error:
                notices.append(f"Version {one.version.version}: {error}")
        found.append(one)
    comparison = compare_versions(found, token.check)
    return replace(read, versions=tuple(found), comparison=comparison, notices=tuple(dict.fromkeys(notices)), sizes=0)
