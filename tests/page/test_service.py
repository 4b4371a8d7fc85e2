"""The page and a service that is slow, busy, locked, smaller than expected, or without an endpoint.

The answers are the real service's; what lies between, refuses or delays, is played by the test.
"""

import json

import pytest

PROBLEM = "urn:sextortion-signals:problem:"


def refuse(route, status, slug="busy", **headers):
    body = json.dumps({"type": PROBLEM + slug, "title": "t", "status": status, "detail": "d"})
    route.fulfill(status=status, body=body, headers={"Content-Type": "application/problem+json", **headers})


class Gate:
    """Stands before an endpoint: the first requests get the answers of `plays`, later ones reach the service."""

    def __init__(self, *plays):
        self.plays = list(plays)
        self.requests = []

    def __call__(self, route):
        self.requests.append(route.request)
        (self.plays.pop(0) if self.plays else lambda route: route.continue_())(route)

    def install(self, path):
        return lambda page: page.route(f"**{path}", self)


BATCH = "/v1/assess/batch"
TEXTS = [f"see you at gate {number}" for number in range(200)]


@pytest.mark.parametrize("status", [429, 503])
def test_service_busy_is_asked_again_after_the_time_it_names(visit, status):
    gate = Gate(lambda route: refuse(route, status, **{"Retry-After": "1"}))
    opened = visit(before=gate.install(BATCH))
    opened.paste(TEXTS[0])
    opened.page.wait_for_selector("#try-now:not([hidden])")
    assert "Next try in 1 s" in opened.page.inner_text("#progress-text")
    opened.wait_for(1)
    assert len(gate.requests) == 2


def test_service_out_of_reach_can_be_tried_now(visit):
    gate = Gate(*[lambda route: route.abort()] * 3, lambda route: refuse(route, 503, **{"Retry-After": "3600"}))
    opened = visit(before=gate.install(BATCH))
    opened.paste(TEXTS[0])
    for _ in range(4):
        opened.page.click("#try-now")
        opened.page.wait_for_timeout(200)
    opened.wait_for(1)
    assert len(gate.requests) == 5


def test_service_stop_ends_waiting_and_keeps_what_is_there(visit):
    gate = Gate(lambda route: route.continue_(), *[lambda route: route.abort()] * 9)
    opened = visit(before=gate.install(BATCH))
    opened.paste("\n".join(TEXTS), "lines")
    opened.page.wait_for_selector("#try-now:not([hidden])")
    opened.page.click("#stop")
    opened.wait_for(64)
    assert opened.page.inner_text("#progress-text") == "Stopped: 64 assessed. The rest was not read."
    opened.page.click("#add")
    gate.plays.clear()
    opened.paste(TEXTS[0])
    opened.wait_for(65)


def test_service_no_more_than_two_requests_are_under_way(visit):
    waiting, most = [], []

    def hold(route):
        waiting.append(route)
        most.append(len(waiting))

    gate = Gate(*[hold] * 4)
    opened = visit(before=gate.install(BATCH))
    opened.paste("\n".join(TEXTS), "lines")
    for _ in range(4):
        opened.page.wait_for_timeout(300)
        waiting.pop(0).continue_()
    opened.wait_for(200)
    assert max(most) == 2
    assert len(gate.requests) == 4


def test_service_with_smaller_limits_gets_smaller_batches(visit):
    def limit(route):
        texts = route.request.post_data_json["texts"]
        if len(texts) > 10:
            return refuse(route, 422, "too-many-items")
        if any("long" in text for text in texts):
            return refuse(route, 413, "body-too-large")
        return route.continue_()

    opened = visit(before=lambda page: page.route(f"**{BATCH}", limit))
    opened.paste("\n".join([*TEXTS[:30], "a long one"]), "lines")
    opened.wait_for(31)
    assert opened.page.inner_text('.chip[data-level="failed"] .level-count') == "1"


def test_service_fault_costs_its_batch_only(visit):
    opened = visit(before=Gate(lambda route: refuse(route, 500, "internal-error")).install(BATCH))
    opened.paste("\n".join(TEXTS[:70]), "lines")
    opened.wait_for(70)
    assert opened.page.inner_text('.chip[data-level="failed"] .level-count') == "64"


def test_service_with_a_key_asks_for_it_once_and_keeps_it_in_memory(visit):
    def guard(route):
        if route.request.headers.get("authorization") == "Bearer right":
            return route.continue_()
        return refuse(route, 401, "no-key", **{"WWW-Authenticate": "Bearer"})

    opened = visit(before=lambda page: page.route("**/v1/**", guard))
    page = opened.page
    page.fill("#key", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#key')?.value === ''")
    page.fill("#key", "right")
    page.click("#use-key")
    opened.paste("\n".join(TEXTS), "lines")
    opened.wait_for(200)
    assert "right" not in page.evaluate("() => JSON.stringify({ ...localStorage, ...sessionStorage })")


def test_service_with_a_key_that_nobody_has(visit):
    opened = visit(before=lambda page: page.route("**/v1/**", lambda route: refuse(route, 401)))
    opened.page.click("#close-dialog")
    opened.page.wait_for_selector("#intake .note:not([hidden])")
    assert opened.page.inner_text("#intake .note") == "The service needs a key."
    opened.paste(TEXTS[0])
    opened.page.click("#close-dialog")
    opened.page.wait_for_selector("#intake .note:not([hidden])")
    assert opened.page.is_visible("#intake")
