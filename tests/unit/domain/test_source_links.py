"""Links to a run's source: only https, only known hosts, only what is sure."""

from __future__ import annotations

import pytest

from bakehouse.domain.source_links import is_web_link, source_link

COMMIT = "3f9c2d1aa87bb1c2d3e4f5061728394a5b6c7d8e"


@pytest.mark.parametrize(
    ("repository", "name", "link"),
    [
        ("https://github.com/acme/churn.git", "train.py", f"https://github.com/acme/churn/tree/{COMMIT}"),
        ("git@github.com:acme/churn.git", "train.py", f"https://github.com/acme/churn/tree/{COMMIT}"),
        ("ssh://git@gitlab.com/acme/ml/churn.git", "", f"https://gitlab.com/acme/ml/churn/-/tree/{COMMIT}"),
        ("https://user:secret@bitbucket.org/acme/churn", "", f"https://bitbucket.org/acme/churn/src/{COMMIT}"),
        ("", "https://github.com/acme/churn#train/deep", f"https://github.com/acme/churn/tree/{COMMIT}/train/deep"),
    ],
)
def test_that_known_hosts_get_a_link_to_the_commit(repository, name, link):
    assert source_link(repository, name, COMMIT) == link


@pytest.mark.parametrize(
    "repository",
    [
        "https://example.com/acme/churn.git",
        "https://github.com.evil.org/acme/churn",
        "javascript:alert(1)//github.com/a/b",
        "file://github.com/acme/churn",
        "https://github.com/../../x",
        "https://github.com/acme/churn?x=1",
        "https://github.com:8443/acme/churn",
        "https://[github.com/acme/churn",
        "https://github.com/acme/ch urn",
        "https://github.com/",
        "",
        "x" * 5000,
    ],
)
def test_that_what_is_not_sure_gets_none(repository):
    assert source_link(repository, "train.py", COMMIT) is None


def test_that_without_a_commit_the_repository_itself_is_linked():
    assert source_link("https://github.com/acme/churn.git", "", "") == "https://github.com/acme/churn"
    assert source_link("https://github.com/acme/churn.git", "", "main;rm -rf") == "https://github.com/acme/churn"


def test_that_only_http_and_https_are_offered_to_the_browser():
    assert is_web_link("https://example.com/x")
    for address in ("file:///etc/passwd", "javascript:alert(1)", "https:///x", "mailto:a@b.c", "https://[", "x"):
        assert not is_web_link(address)
