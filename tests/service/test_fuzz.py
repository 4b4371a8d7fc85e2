"""Whatever JSON comes, the answer is an assessment or a problem of the caller's: never a 500, never broken JSON."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

STRINGS = st.text(st.characters(), max_size=40)  # surrogates and NUL among them
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | STRINGS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4),
    max_leaves=8,
)
OPTIONS = {
    "lang": st.sampled_from(["ja", "en"]) | VALUES,
    "audience": st.sampled_from(["child", "guardian"]) | VALUES,
    "truncate": st.booleans() | VALUES,
    "awareness": st.booleans() | VALUES,
}
ITEMS = st.fixed_dictionaries({"text": STRINGS | VALUES}, optional={"id": STRINGS | VALUES, **OPTIONS}) | VALUES
MESSAGES = st.lists(st.fixed_dictionaries({"sender": STRINGS, "text": STRINGS}) | VALUES, max_size=3) | VALUES
CONVERSATIONS = st.tuples(
    st.just("/v1/conversations/assess"),
    st.fixed_dictionaries({"messages": MESSAGES}, optional={"state": STRINGS | VALUES, **OPTIONS}) | VALUES,
)
REPORTS = st.tuples(
    st.just("/v1/reports/assess"),
    st.fixed_dictionaries({}, optional={"reason": STRINGS | VALUES, "item": ITEMS, "thread": MESSAGES, **OPTIONS}),
)
REQUESTS = (
    CONVERSATIONS
    | REPORTS
    | st.tuples(st.just("/v1/assess"), ITEMS)
    | st.tuples(
        st.just("/v1/assess/batch"),
        st.fixed_dictionaries(
            {}, optional={"texts": st.lists(STRINGS | VALUES, max_size=3), "items": st.lists(ITEMS), **OPTIONS}
        )
        | VALUES,
    )
)
STATUSES = {200, 400, 422}


def test_fuzz_any_json_is_answered(client):
    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(REQUESTS)
    def check(request):
        path, body = request
        response = client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
        assert response.status_code in STATUSES
        document = json.loads(response.content)
        if response.status_code == 200 and path.endswith("batch"):
            problems = [result["problem"] for result in document["results"] if result["problem"]]
            assert {problem["status"] for problem in problems} <= STATUSES

    check()


def test_fuzz_any_bytes_are_answered(client):
    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(st.binary(max_size=60))
    def check(body):
        response = client.post("/v1/assess", content=body, headers={"Content-Type": "application/json"})
        assert response.status_code in STATUSES

    check()
