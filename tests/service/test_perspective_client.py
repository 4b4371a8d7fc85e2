"""Google's API client, as released, against a real server: the contract of the Perspective format."""

import json

import httplib2
import pytest
from googleapiclient import discovery
from googleapiclient.errors import HttpError

from sextortion_signals_service.coercion import COERCION_SIGNALS
from sextortion_signals_service.perspective_format import ATTRIBUTES

MARKER = "内緒の相談MARKERzq7"


def build(port, **options):
    """Build a client as Perspective's own documentation does, with the address of this service."""
    return discovery.build(
        "commentanalyzer",
        "v1alpha1",
        developerKey="anything",
        discoveryServiceUrl=f"http://127.0.0.1:{port}/$discovery/rest?version=v1alpha1",
        static_discovery=False,
        **options,
    )


@pytest.fixture(scope="module")
def comments(shared_server):
    with build(shared_server.port) as client:
        yield client.comments()


@pytest.fixture(scope="module")
def analyze(comments):
    def ask(text, *attributes, **more):
        requested = {name: {} for name in attributes or ["SEXTORTION"]}
        body = {"comment": {"text": text}, "requestedAttributes": requested, **more}
        return comments.analyze(body=body).execute()

    return ask


def test_perspective_client_a_japanese_threat(analyze, detector, threat_ja):
    answer = analyze(threat_ja, languages=["ja"], doNotStore=True)
    expected = detector.assess(threat_ja).roles["offender"]
    assert answer["attributeScores"] == {"SEXTORTION": {"summaryScore": {"value": expected, "type": "PROBABILITY"}}}
    assert (answer["languages"], answer["detectedLanguages"]) == (["ja"], ["ja"])


def test_perspective_client_a_false_claim_of_english_changes_nothing(analyze, threat_ja):
    claimed = analyze(threat_ja, languages=["en"])
    assert claimed["attributeScores"] == analyze(threat_ja)["attributeScores"]
    assert (claimed["languages"], claimed["detectedLanguages"]) == (["en"], ["ja"])


@pytest.mark.parametrize("languages", [None, [], ["fr", "de"], ["ja-Latn"], ["xx"]])
def test_perspective_client_no_claim_is_a_reason_to_refuse(analyze, harmless_ja, languages):
    assert analyze(harmless_ja, languages=languages)["languages"] == (languages or ["ja"])


def test_perspective_client_every_attribute_is_answered_by_name(analyze, detector, threat_ja):
    scores = analyze(threat_ja, *ATTRIBUTES)["attributeScores"]
    assert set(scores) == set(ATTRIBUTES)
    for signal in detector.assess(threat_ja).signals:
        if signal.id in COERCION_SIGNALS:
            assert scores[f"SEXTORTION_{signal.id.name}"]["summaryScore"]["value"] == pytest.approx(signal.score)


def test_perspective_client_spans_are_code_points_of_the_text(analyze, detector, threat_ja):
    text = "😀" + threat_ja
    scores = analyze(text, "SEXTORTION", "SEXTORTION_EXPOSURE_THREAT", spanAnnotations=True)["attributeScores"]
    expected = detector.assess(text).signals
    spans = scores["SEXTORTION"]["spanScores"]
    quotes = {span.quote for signal in expected if signal.id in COERCION_SIGNALS for span in signal.evidence}
    assert {text[span["begin"] : span["end"]] for span in spans} == quotes != set()
    assert [span["begin"] for span in spans] == sorted(span["begin"] for span in spans)
    assert all(0.0 <= span["score"]["value"] <= 1.0 for span in spans)
    assert all("spanScores" not in score for score in analyze(text)["attributeScores"].values())


def test_perspective_client_a_score_below_its_threshold_is_left_out(comments, detector, threat_ja, harmless_ja):
    def ask(text, threshold):
        wanted = {"SEXTORTION": {"scoreType": "PROBABILITY", "scoreThreshold": threshold}}
        body = {"comment": {"text": text, "type": "PLAIN_TEXT"}, "requestedAttributes": wanted}
        return comments.analyze(body=body).execute()["attributeScores"]

    score = detector.assess(threat_ja).roles["offender"]
    assert ask(threat_ja, score)
    assert ask(threat_ja, min(score + 0.001, 1.0)) == {}
    assert ask(harmless_ja, 0.5) == {}
    assert ask(harmless_ja, 0.0)


def test_perspective_client_the_token_comes_back(analyze, harmless_ja):
    assert analyze(harmless_ja, clientToken="印-17")["clientToken"] == "印-17"
    assert "clientToken" not in analyze(harmless_ja)


def test_perspective_client_other_fields_are_taken(analyze, harmless_ja):
    context = {"entries": [{"text": MARKER, "type": "PLAIN_TEXT"}]}
    assert analyze(harmless_ja, context=context, sessionId="s", communityId="c")["attributeScores"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"comment": {"text": MARKER}}, "/requestedAttributes"),
        ({"comment": {"text": MARKER}, "requestedAttributes": {}}, "/requestedAttributes"),
        ({"comment": {"text": MARKER}, "requestedAttributes": {"TOXICITY": {}}}, "/requestedAttributes/TOXICITY"),
        ({"comment": {"text": MARKER}, "requestedAttributes": {MARKER: {}}}, "/requestedAttributes/(name withheld)"),
        ({"comment": {}, "requestedAttributes": {"SEXTORTION": {}}}, "/comment/text"),
        ({"requestedAttributes": {"SEXTORTION": {}}}, "/comment"),
        ({"comment": {"text": 7}, "requestedAttributes": {"SEXTORTION": {}}}, "/comment/text"),
        ({"comment": {"text": "a", "type": "HTML"}, "requestedAttributes": {"SEXTORTION": {}}}, "/comment/type"),
        (
            {"comment": {"text": "a"}, "requestedAttributes": {"SEXTORTION": {"scoreThreshold": 2}}},
            "/requestedAttributes/SEXTORTION/scoreThreshold",
        ),
        (
            {"comment": {"text": "a"}, "requestedAttributes": {"SEXTORTION": {"scoreType": "RANK"}}},
            "/requestedAttributes/SEXTORTION/scoreType",
        ),
        ({"comment": {"text": "a"}, "requestedAttributes": {"SEXTORTION": {}}, "languages": "ja"}, "/languages"),
        ({"comment": {"text": "a"}, "requestedAttributes": {str(n): {} for n in range(50)}}, "/requestedAttri"),
    ],
)
def test_perspective_client_errors_name_the_place_and_quote_nothing(comments, body, place):
    with pytest.raises(HttpError) as caught:
        comments.analyze(body=body).execute()
    assert caught.value.status_code == 400
    assert place in caught.value.reason
    error = json.loads(caught.value.content)["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert MARKER not in str(caught.value)


def test_perspective_client_an_unknown_attribute_is_told_which_there_are(analyze):
    with pytest.raises(HttpError) as caught:
        analyze("短い", "SEXTORTION", "TOXICITY")
    assert all(name in caught.value.reason for name in ATTRIBUTES)


@pytest.mark.parametrize(
    ("text", "status"), [("", 400), ("\u3000\n", 400), ("あ" * 20_001, 422), ("あ" * 400_000, 413)]
)
def test_perspective_client_texts_that_cannot_be_read(analyze, text, status):
    with pytest.raises(HttpError) as caught:
        analyze(text)
    assert caught.value.status_code == status
    assert json.loads(caught.value.content)["error"]["status"] == "INVALID_ARGUMENT"


def test_perspective_client_feedback_is_answered_and_dropped(comments, shared_server):
    body = {
        "comment": {"text": MARKER},
        "attributeScores": {"SEXTORTION": {"summaryScore": {"value": 1}}},
        "clientToken": "17",
    }
    assert comments.suggestscore(body=body).execute() == {"clientToken": "17"}
    assert comments.suggestscore(body={"comment": {"text": MARKER}}).execute() == {}
    assert "MARKERzq7" not in "".join(shared_server.lines)


def test_perspective_client_many_requests_one_after_another(analyze, threat_ja, harmless_ja):
    values = [
        analyze(text)["attributeScores"]["SEXTORTION"]["summaryScore"]["value"]
        for text in [threat_ja, harmless_ja] * 20
    ]
    assert all(threat > 0.5 > harmless for threat, harmless in zip(values[::2], values[1::2], strict=True))


def test_perspective_client_asks_a_busy_service_again(shared_server, threat_ja):
    """`num_retries` of the client treats our 503 as one of Google's."""

    class Busy(httplib2.Http):
        """The first answer is the service's own, with the status and body it has while the model is loading."""

        asked = 0

        def request(self, uri, method="GET", body=None, headers=None, **more):
            if "analyze" in uri:
                self.asked += 1
                if self.asked == 1:
                    answer = httplib2.Response({"status": "503", "retry-after": "1"})
                    return answer, b'{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}'
            return super().request(uri, method, body, headers, **more)

    transport = Busy()
    client = build(shared_server.port, http=transport)
    body = {"comment": {"text": threat_ja}, "requestedAttributes": {"SEXTORTION": {}}}
    answer = client.comments().analyze(body=body).execute(num_retries=2)
    assert answer["attributeScores"]["SEXTORTION"]["summaryScore"]["value"] > 0.5
    assert transport.asked == 2
    client.close()


def test_perspective_client_coral_s_request(shared_server, threat_ja):
    """What Coral sends: a key in the query, English claimed for every site that is not French, Spanish and so on."""
    body = {"comment": {"text": threat_ja}, "doNotStore": True, "requestedAttributes": {"SEXTORTION": {}}}
    path = f"/v1alpha1/comments:analyze?key={MARKER.encode().hex()}"
    status, answer = shared_server.request("POST", path, json.dumps({**body, "languages": ["en"]}))
    assert status == 200
    assert json.loads(answer)["attributeScores"]["SEXTORTION"]["summaryScore"]["value"] > 0.8
    assert MARKER.encode().hex() not in "".join(shared_server.lines)
