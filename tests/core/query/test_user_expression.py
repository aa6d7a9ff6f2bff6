"""An expression over many texts matches the same as over each text alone, and ends in time."""

from __future__ import annotations

import threading
import time

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.query import user_expression
from tetratui.core.query.errors import QueryError, QueryTimeout
from tetratui.core.query.syntax import Value
from tetratui.core.query.user_expression import UserExpression

TEXTS = st.lists(st.text(alphabet="ab \n/\r\x00\u2028é", max_size=8), max_size=12)
PLAIN = ["a", "b", ".", r"\s", r"\S", r"\W", r"\w", "[^a]", "[a b]", "^", "$", r"\b", r"\n", "/", "(?:a|b)", "(a)", "é"]
EDGES = [r"\A", r"\Z", r"\B", "(?=b)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a+)", "(?i)A", "a++", "|", r"\X", r"\R", r"\K"]
PIECES = st.sampled_from([*PLAIN, *PLAIN, *EDGES])
PATTERNS = st.lists(st.tuples(PIECES, st.sampled_from(["", "", "", "*", "+", "?", "{2}"])), min_size=1, max_size=5).map(
    lambda pieces: "".join(f"{piece}{times}" for piece, times in pieces)
)


@settings(max_examples=200)
@given(PATTERNS, TEXTS)
def test_many_texts_match_the_same_as_each_text_alone(pattern: str, texts: list[str]) -> None:
    try:
        mask = UserExpression(Value(pattern)).matches(texts)
    except QueryError:
        return
    assert mask.tolist() == [regex.search(pattern, text) is not None for text in texts]


@given(st.text(max_size=30) | st.text(alphabet=r"(){}[]\*+?|^$a1,<>=!:P", max_size=15))
def test_any_text_is_an_expression_or_an_error_with_a_column(pattern: str) -> None:
    column = 3
    try:
        UserExpression(Value(pattern, column=3))
    except QueryError as error:
        column = error.column
    assert 3 <= column <= 3 + len(pattern) + 1


@pytest.mark.parametrize("pattern", [r"(a|aa)+$", r"(a+)+$", r"(?<!x)(a|a?)+$"])
def test_a_hostile_expression_meets_the_limit_and_is_named(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_expression, "LIMIT_SECONDS", 0.1)
    texts = [f"{'a' * 60}{index}b" for index in range(2000)]
    with pytest.raises(QueryTimeout) as caught:
        UserExpression(Value(pattern, column=6)).matches(texts)
    assert pattern in str(caught.value)
    assert caught.value.column == 6


def test_other_threads_go_on_while_an_expression_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_expression, "LIMIT_SECONDS", 0.3)
    gaps: list[float] = []
    over = threading.Event()

    def beat() -> None:
        last = time.monotonic()
        while not over.wait(0.001):
            gaps.append(time.monotonic() - last)
            last = time.monotonic()

    thread = threading.Thread(target=beat)
    thread.start()
    with pytest.raises(QueryTimeout):
        UserExpression(Value(r"(a|aa)+$")).matches(["a" * 80 + "b"])
    over.set()
    thread.join()
    assert len(gaps) > 10, "the matching thread never let go of the interpreter"


@pytest.mark.parametrize("pattern", ["(a{1000}){1000}", "((a{99}){99}){99}", "a" * 3000, "(" * 900 + ")" * 900])
def test_costly_expression_is_refused_before_it_is_built(pattern: str) -> None:
    began = time.process_time()
    with pytest.raises(QueryError):
        UserExpression(Value(pattern))
    assert time.process_time() - began < 0.5


def test_error_in_an_expression_points_into_it() -> None:
    with pytest.raises(QueryError) as caught:
        UserExpression(Value("ab(c", column=6))
    assert caught.value.column == 6 + 4
