"""The files of the reviewer's page: what is served, with which headers, and what may not stand in them."""

import json
import re
from pathlib import Path

import pytest

from sextortion_signals_service.problems import NOT_FOUND
from sextortion_signals_service.reviewer_page import CONTENT_SECURITY_POLICY, MEDIA_TYPES, page_files

ROOT = Path(__file__).resolve().parents[2] / "service" / "sextortion_signals_service" / "page"
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file())
SCRIPTS = [name for name in FILES if name.endswith(".js")]
SOURCES = {name: (ROOT / name).read_text(encoding="utf-8") for name in FILES}
MAX_LINES = 300
MAX_WIDTH = 120


@pytest.fixture(params=["/", *(f"/page/{name}" for name in FILES if name != "index.html")])
def path(request):
    return request.param


def test_reviewer_page_serves_each_file_with_its_type_and_policy(client, path):
    response = client.get(path)
    name = "index.html" if path == "/" else path.removeprefix("/page/")
    assert response.status_code == 200
    assert response.text == SOURCES[name]
    assert response.headers["content-type"] == MEDIA_TYPES[name.rpartition(".")[2]]
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"


def test_reviewer_page_is_sent_again_only_when_it_changed(client, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_reviewer_page_is_logged_by_its_routes_and_never_by_what_was_asked_for(client, log):
    for path in ("/", "/page/js/main.js", "/page/MARKERzq7"):
        client.get(path)
    # The client of the tests logs as well, and the addresses it asks for.
    lines = [line for line in map(json.loads, log.getvalue().splitlines()) if line["message"] == "request"]
    assert [line["route"] for line in lines] == ["/", *["/page/{name:path}"] * 2]
    assert "MARKERzq7" not in json.dumps(lines)


def test_reviewer_page_policy_allows_no_other_host_and_no_inline_code():
    assert "'none'" in CONTENT_SECURITY_POLICY
    assert not re.search(r"unsafe|https?:|data:|blob:|\*", CONTENT_SECURITY_POLICY)
    assert "require-trusted-types-for 'script'" in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    "path",
    [
        "/page/",
        "/page/index.html",
        "/page/js/nothing.js",
        "/page/../settings.py",
        "/page/%2e%2e/settings.py",
        "/page/..%2fsettings.py",
        "/page//etc/passwd",
        "/page/js",
        "/page/js/main.js/",
    ],
)
def test_reviewer_page_serves_nothing_else(client, is_problem, path):
    is_problem(client.get(path), 404, NOT_FOUND.slug)


def test_reviewer_page_can_be_switched_off(open_client, is_problem):
    with open_client(reviewer_page=False) as client:
        is_problem(client.get("/"), 404, NOT_FOUND.slug)
        is_problem(client.get("/page/js/main.js"), 404, NOT_FOUND.slug)
        assert client.get("/healthz").status_code == 200


def test_reviewer_page_works_behind_a_path_prefix():
    # All addresses are relative to that of the page; one that begins with a slash would leave the prefix.
    for name, source in SOURCES.items():
        assert not re.search(r"""(?:src|href|fetch\()=?["'(]/""", source), name
        assert '"/v1' not in source, name


def test_reviewer_page_is_all_in_the_package():
    assert sorted(page_files()) == FILES
    assert {name.rpartition(".")[2] for name in FILES} <= set(MEDIA_TYPES)


@pytest.mark.parametrize("name", FILES)
def test_reviewer_page_files_stay_small(name):
    lines = SOURCES[name].splitlines()
    assert len(lines) <= MAX_LINES
    assert max(map(len, lines)) <= MAX_WIDTH or name.startswith(("js/words_", "icon"))


@pytest.mark.parametrize("name", FILES)
def test_reviewer_page_names_no_other_host(name):
    addresses = re.findall(r"https?://[^\s\"'`)]+", SOURCES[name])
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_reviewer_page_scripts_insert_text_as_text_only(name):
    for forbidden in (
        *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "createContextualFragment"),
        *(
            "eval(",
            "new Function",
            "setHTML",
            "srcdoc",
            "javascript:",
            "sessionStorage",
            "indexedDB",
            "document.cookie",
        ),
    ):
        assert forbidden not in SOURCES[name], forbidden
    assert "localStorage" not in SOURCES[name] or name == "js/settings.js"


@pytest.mark.parametrize("name", SCRIPTS)
def test_reviewer_page_scripts_import_what_exists_and_use_it(name):
    for names, module in re.findall(r"import \{([^}]*)\} from \"\./([^\"]+)\";", SOURCES[name]):
        exported = set(re.findall(r"export (?:async )?(?:function\*?|class|const) (\w+)", SOURCES[f"js/{module}"]))
        for imported in filter(None, (part.strip() for part in names.split(","))):
            assert imported in exported, f"{imported} of {module}"
            assert len(re.findall(rf"\b{imported}\b", SOURCES[name])) > 1, f"{imported} is not used"
    assert SOURCES[name].startswith("/**"), "a module begins with what it is for"


def words_in(name):
    return dict(re.findall(r"^  (\w+):\s*(.+)$", SOURCES[name], flags=re.MULTILINE))


def test_reviewer_page_words_are_the_same_in_both_languages_and_all_used():
    english, japanese = words_in("js/words_en.js"), words_in("js/words_ja.js")
    assert list(english) == list(japanese)
    for key, wording in english.items():
        assert sorted(re.findall(r"\{\w+\}", wording)) == sorted(re.findall(r"\{\w+\}", japanese[key])), key
    code = "".join(source for name, source in SOURCES.items() if not name.startswith("js/words_"))
    unused = {key for key in english if f'"{key}"' not in code}
    # Put together from the name of a decision.
    assert unused == {"confirmHint", "rejectHint", "unsureHint"}
    assert set(re.findall(r"\bword\(\"(\w+)\"", code)) <= set(english)
    assert set(re.findall(r"data-word(?:-label)?=\"(\w+)\"", code)) <= set(english)
