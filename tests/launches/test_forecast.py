"""The forecast of a launch: by hand, by properties, calibrated, and on the command line."""

import json
import random
from io import StringIO
from math import comb, exp

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from config.cli import main
from perenne.core import legal
from perenne.launches.domain.beta import Beta, beta_between, count_probabilities
from perenne.launches.domain.forecast import (
    Past,
    audience_for,
    buyers_of,
    chance_of,
    next_share,
)

PRIOR = beta_between(0.02, 0.04)
pasts = st.lists(
    st.integers(1, 5_000).flatmap(
        lambda base: st.builds(Past, st.integers(0, base), st.just(base))
    ),
    max_size=5,
)


def test_shares_below_by_hand():
    # Beta(2, 3): 12·(x²/2 − 2x³/3 + x⁴/4); Beta(1, 1): x; Beta(½, ½): the arcsine law.
    assert Beta(2, 3).below(0.4) == pytest.approx(0.5248, abs=1e-12)
    assert Beta(1, 1).below(0.7) == pytest.approx(0.7, abs=1e-12)
    assert Beta(0.5, 0.5).below(0.25) == pytest.approx(1 / 3, abs=1e-12)
    assert (Beta(2, 3).below(0), Beta(2, 3).below(1)) == (0, 1)


def test_nine_of_ten_launches_lie_in_the_range_of_the_prior():
    assert PRIOR.below(0.02) == pytest.approx(0.05, abs=1e-9)
    assert PRIOR.below(0.04) == pytest.approx(0.95, abs=1e-9)
    for low, high in ((0, 0.1), (0.2, 0.1), (0.1, 1)):
        with pytest.raises(ValueError, match="low < high"):
            beta_between(low, high)


def test_counts_of_whole_parameters_by_hand():
    # Beta(1, 1): every count is as likely; Beta(2, 3) of 2 trials: 6/15, 6/15, 3/15.
    assert list(count_probabilities(Beta(1, 1), 4)) == pytest.approx([0.2] * 5)
    assert list(count_probabilities(Beta(2, 3), 2)) == pytest.approx([0.4, 0.4, 0.2])
    sure = Beta(3e7, 7e7)  # as good as a coin of 0.3
    binomial = [comb(5, k) * 0.3**k * 0.7 ** (5 - k) for k in range(6)]
    assert list(count_probabilities(sure, 5)) == pytest.approx(binomial, abs=1e-6)


def test_without_past_launches_the_prior_speaks():
    assert next_share(PRIOR, []) == PRIOR
    found = buyers_of(PRIOR, 1_000)
    assert (found.p10, found.p50, found.p90) == (19, 29, 40)
    assert chance_of(PRIOR, 1_000, 30) == pytest.approx(0.4617, abs=5e-4)
    assert (chance_of(PRIOR, 10, 11), round(chance_of(PRIOR, 10, 0), 9)) == (0, 1)


def test_past_launches_move_the_share_and_steady_ones_narrow_it():
    one, ten = (next_share(PRIOR, [Past(10, 1_000)] * n) for n in (1, 10))
    assert 0.01 < ten.mean < one.mean < PRIOR.mean
    steady = next_share(PRIOR, [Past(30, 1_000)] * 10)
    apart = next_share(PRIOR, [Past(10, 1_000), Past(50, 1_000)] * 5)

    def width(share):
        found = buyers_of(share, 2_000)
        return found.p90 - found.p10

    assert width(steady) < width(PRIOR) < width(apart)


@settings(max_examples=25, deadline=None)
@given(pasts, st.integers(1, 5_000), st.randoms())
def test_the_range_is_in_order_and_launches_may_come_in_any(past, audience, shuffler):
    share = next_share(PRIOR, past)
    found = buyers_of(share, audience)
    assert 0 <= found.p10 <= found.p50 <= found.p90 <= audience
    again = list(past)
    shuffler.shuffle(again)
    other = next_share(PRIOR, again)
    assert other.alpha == pytest.approx(share.alpha, rel=1e-6)
    chances = [chance_of(share, audience, goal) for goal in (0, 1, found.p50, audience)]
    assert chances[0] == 1
    assert chances == sorted(chances, reverse=True) or found.p50 == 0


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 200))
def test_the_audience_is_the_smallest_that_is_enough(buyers):
    audience = audience_for(PRIOR, buyers)
    assert chance_of(PRIOR, audience, buyers) >= 0.8
    assert chance_of(PRIOR, audience - 1, buyers) < 0.8


@pytest.mark.parametrize("launches", [0, 1, 3])
def test_the_band_holds_eight_of_ten_on_generated_businesses(launches):
    draw = random.Random(11)
    inside = 0
    for _business in range(1_200):
        mean = draw.betavariate(PRIOR.alpha, PRIOR.beta)
        # Some owners' launches are more alike than others', as the forecast assumes.
        weight = (PRIOR.alpha + PRIOR.beta) * exp(draw.gauss(0, 0.5))

        def share(mean=mean, weight=weight):
            if not launches:  # the prior is of launches, the first one is drawn from it
                return mean
            return draw.betavariate(mean * weight, (1 - mean) * weight)

        past = [
            Past(draw.binomialvariate(1_500, share()), 1_500) for _ in range(launches)
        ]
        found = buyers_of(next_share(PRIOR, past), 3_000)
        inside += found.p10 <= draw.binomialvariate(3_000, share()) <= found.p90
    assert 0.75 <= inside / 1_200 <= 0.85


def _values(*arguments):
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_forecast_answers_in_json():
    values = _values("launch_forecast", "--audience", "1000", "--goal", "30")
    assert values["buyers"] == {"p10": 19, "p50": 29, "p90": 40}
    assert values["probability_of_goal"] == pytest.approx(0.4617, abs=5e-4)
    assert (values["prior"]["low"], values["prior"]["high"]) == (0.02, 0.04)
    assert values["prior"]["checked_on"] == "2026-11-22"
    values = _values(
        "launch_forecast", "--audience=9", "--past", "3/90", "2/80", "--past", "1/9"
    )
    assert values["probability_of_goal"] is None
    assert [one["base"] for one in values["past"]] == [90, 80, 9]


def test_the_audience_answers_in_json():
    values = _values("launch_audience_for", "--buyers", "30")
    assert (values["audience"], values["buyers"]) == (1299, 30)
    assert 0.8 <= values["probability"] < 0.801


def test_sentences_come_in_the_language_of_the_terminal(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    out = StringIO()
    call_command("launch_forecast", "--audience", "1000", "--goal", "30", stdout=out)
    assert out.getvalue().splitlines()[:2] == [
        "Buyers: between 19 and 40 in 8 of 10 cases, 29 in the middle.",
        "Chance of reaching 30 buyers: 46.2 %.",
    ]
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    out = StringIO()
    call_command("launch_audience_for", "--buyers", "30", stdout=out)
    assert out.getvalue().splitlines()[0] == (
        "Écrivez à au moins 1299 contacts\u00a0: alors 30 acheteurs ou plus viennent dans "
        "8 lancements sur 10."
    )


def test_what_no_list_can_bring_is_refused(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(CommandError) as refused:
        call_command(
            "launch_audience_for", "--buyers", "100000", "--past", *["0/1000000"] * 5
        )
    assert (str(refused.value), refused.value.returncode) == (
        "More than 10000000 contacts would be needed for 100000 buyers.",
        1,
    )


def test_the_owner_may_assume_something_else(tmp_path, settings):
    settings.DATA = tmp_path
    (tmp_path / "legal").mkdir()
    shipped = (legal.SHIPPED / "launch_prior.toml").read_text("utf-8")
    mine = tmp_path / "legal" / "launch_prior.toml"
    mine.write_text(shipped.replace('"0.04"', '"0.01"'), "utf-8")
    legal.dataset.cache_clear()
    try:
        with pytest.raises(CommandError, match=r"launch_prior\.toml"):
            call_command("launch_forecast", "--audience", "10")
        mine.write_text(shipped.replace('"0.04"', '"0.10"'), "utf-8")
        legal.dataset.cache_clear()
        assert _values("launch_forecast", "--audience", "10")["prior"]["high"] == 0.1
    finally:
        legal.dataset.cache_clear()


@pytest.mark.parametrize(
    "wrong",
    [
        ["forecast"],
        ["forecast", "--audience", "0"],
        ["forecast", "--audience", "10", "--past", "11/10"],
        ["forecast", "--audience", "10", "--past", "3/0"],
        ["forecast", "--audience", "10", "--past", "3"],
        ["audience-for", "--buyers", "-1"],
    ],
)
def test_what_is_typed_wrong_ends_with_2(wrong, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["launch", *wrong])
    assert ended.value.code == 2
    assert capsys.readouterr().err != ""
