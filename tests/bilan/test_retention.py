"""Retention of a cohort: the published reference, what it must hold, and the command."""

import json
from io import StringIO
from math import exp, lgamma, log

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from config.cli import main
from perenne.bilan.domain.cohort_file import CohortNotReadable, read_cohort
from perenne.bilan.domain.retention import Likely, NoFit, fit, ltv_unknown
from perenne.bilan.domain.survival import kaplan_meier, observed_steps

# Fader & Hardie 2007, Table 1 and §4: 1,000 customers, years 0 to 7.
HIGH_END = dict(enumerate([1000, 869, 743, 653, 593, 551, 517, 491]))
REGULAR = dict(enumerate([1000, 631, 468, 382, 326, 289, 262, 241]))


def test_the_published_cohorts_are_reproduced():
    high, regular = fit(HIGH_END), fit(REGULAR)
    assert (round(high.alpha, 3), round(high.beta, 3)) == (0.668, 3.806)
    assert round(high.log_likelihood, 1) == -1611.2
    assert (round(regular.alpha, 3), round(regular.beta, 3)) == (0.704, 1.182)
    year_12 = Likely(HIGH_END, high).projection(12)[12]
    assert round(year_12.value * 100, 1) == 37.8
    assert year_12.low < 0.394 < year_12.high  # what was seen in the end


def test_the_curve_is_the_beta_function_of_the_paper():
    fitted = fit(HIGH_END)
    a, b = fitted.alpha, fitted.beta

    def log_beta(x, y):
        return lgamma(x) + lgamma(y) - lgamma(x + y)

    by_formula = [exp(log_beta(a, b + t) - log_beta(a, b)) for t in range(40)]
    found = [each.value for each in Likely(HIGH_END, fitted).projection(39)]
    assert found == pytest.approx(by_formula, abs=1e-12)


def test_no_other_model_is_likelier():
    fitted = fit(HIGH_END)

    def likelihood(a, b):
        survival, total = 1.0, 0.0
        for period in range(1, 8):
            hazard = a / (a + b + period - 1)
            lost = HIGH_END[period - 1] - HIGH_END[period]
            total += lost * log(survival * hazard)
            survival *= 1 - hazard
        return total + HIGH_END[7] * log(survival)

    best = likelihood(fitted.alpha, fitted.beta)
    assert best == pytest.approx(fitted.log_likelihood, abs=1e-9)
    for a in (0.5, 0.66, 0.676, 1, 5):
        for b in (1, 3.79, 3.82, 10, 50):
            assert likelihood(a, b) < best


cohorts = st.lists(st.integers(0, 400), min_size=3, max_size=9).map(
    lambda counts: dict(enumerate(sorted([*counts, 1 + max(counts)], reverse=True)))
)


@settings(max_examples=40, deadline=None)
@given(cohorts)
def test_survival_falls_and_the_band_holds_it(cohort):
    try:
        fitted = fit(cohort)
    except NoFit:
        return
    rows = Likely(cohort, fitted).projection(15)
    assert rows[0].low == rows[0].value == rows[0].high == 1
    values = [row.value for row in rows]
    assert values == sorted(values, reverse=True)
    assert all(0 <= row.low <= row.value <= row.high <= 1 for row in rows)


@settings(max_examples=20, deadline=None)
@given(st.permutations(list(HIGH_END.items())), st.sampled_from(",;\t"))
def test_the_order_of_the_rows_does_not_matter(rows, separator):
    lines = [separator.join(("alive", "note", "period"))]
    lines += [separator.join((str(alive), "", str(at))) for at, alive in rows]
    assert list(read_cohort("\ufeff" + "\r\n".join(lines)).items()) == list(
        HIGH_END.items()
    )


def test_periods_that_were_not_counted_are_bridged():
    whole = fit(HIGH_END)
    kept = {at: HIGH_END[at] for at in (0, 1, 3, 4, 7)}
    found = fit(kept)
    assert found.alpha == pytest.approx(whole.alpha, abs=0.02)
    assert Likely(kept, found).projection(12)[12].value == pytest.approx(
        0.378, abs=0.01
    )
    assert read_cohort("period,alive\n0,10\n1,\n2,8\n") == {0: 10, 2: 8}


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ([10], "two_periods"),
        ([10, 8], "two_periods"),
        ([10, 10, 10], "nobody_lost"),
        ([10, 0], "lost_at_once"),
        ([10, 0, 0], "lost_at_once"),
    ],
)
def test_what_tells_nothing_is_not_fitted(counts, why):
    with pytest.raises(NoFit) as refused:
        fit(dict(enumerate(counts)))
    assert refused.value.why == why


def test_the_edges_of_the_model_are_named():
    equal = fit(dict(enumerate([1000, 500, 250, 125])))
    assert (equal.edge, round(equal.mean, 4)) == ("equal", 0.5)
    everybody = dict(enumerate([1000, 900, 500, 0]))
    gone = fit(everybody)
    assert (gone.edge, ltv_unknown(everybody, gone)) == ("equal", "")
    some_stay = dict(enumerate([1000, 900, 900, 900]))
    settled = fit(some_stay)
    assert (settled.edge, ltv_unknown(some_stay, settled)) == ("settled", "settled")


def test_huge_and_tiny_counts_are_fitted():
    million = dict(enumerate([10**9, 10**9 - 100, 10**9 - 101, 10**9 - 101]))
    assert fit(million).mean == pytest.approx(1e-7, rel=0.01)


def test_payments_equal_the_sum_by_hand():
    likely = Likely(HIGH_END, fit(HIGH_END))
    by_hand = sum(row.value / 1.1**at for at, row in enumerate(likely.projection(400)))
    found = likely.payments(0.1)
    assert found.value == pytest.approx(by_hand, abs=1e-8)
    assert found.low < found.value < found.high
    ten = [row.value for row in likely.projection(10)]
    assert likely.payments(0, 10).value == pytest.approx(sum(ten), abs=1e-9)


def test_kaplan_meier_by_hand():
    # Six persons, in any order: lost at 1, 3, 3 and 5; last seen at 2 and 4.
    lives = [(3, 2, 0), (1, 1, 0), (2, 0, 1), (5, 1, 0), (4, 0, 1)]
    steps = kaplan_meier(lives)
    assert [(s.at, s.at_risk, s.lost) for s in steps] == [
        (1, 6, 1),
        (2, 5, 0),
        (3, 4, 2),
        (4, 2, 0),
        (5, 1, 1),
    ]
    shares = [s.survival for s in steps]
    assert shares == pytest.approx([5 / 6, 5 / 6, 5 / 12, 5 / 12, 0])
    assert (steps[-1].low, steps[-1].high) == (None, None)
    assert [s for s in steps[:-1] if not s.low < s.survival < s.high] == []


def test_the_band_of_counts_is_greenwoods():
    steps = observed_steps(HIGH_END)
    assert [step.survival for step in steps] == pytest.approx(
        [alive / 1000 for alive in HIGH_END.values()]
    )
    # Year 7 by hand: √(1/491 − 1/1000) ÷ −log 0.491, then 0.491^exp(±1.96 times that).
    reach = 1.959964 * (1 / 491 - 1 / 1000) ** 0.5 / -log(0.491)
    assert (steps[7].low, steps[7].high) == pytest.approx(
        (0.491 ** exp(reach), 0.491 ** exp(-reach))
    )
    gone = observed_steps({0: 2, 1: 0, 2: 0})
    assert [(step.at_risk, step.survival) for step in gone] == [(2, 1), (2, 0), (0, 0)]


def _file(tmp_path, counts):
    path = tmp_path / "cohort.csv"
    rows = [f"{at},{alive}" for at, alive in enumerate(counts)]
    path.write_text("\n".join(["period,alive", *rows]), "utf-8")
    return str(path)


def _values(*arguments):
    out = StringIO()
    call_command("retention", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_answers_in_json(tmp_path):
    path = _file(tmp_path, HIGH_END.values())
    values = _values(path, "--horizon", "12", "--price", "2900")
    assert values["fit"] == {
        "alpha": pytest.approx(0.668, abs=5e-4),
        "beta": pytest.approx(3.806, abs=5e-4),
        "log_likelihood": pytest.approx(-1611.158, abs=5e-4),
        "edge": None,
    }
    assert [row["period"] for row in values["projection"]] == list(range(13))
    assert values["projection"][12]["survival"] == pytest.approx(0.378, abs=5e-4)
    assert [row["alive"] for row in values["observed"]] == list(HIGH_END.values())
    ltv = values["ltv"]
    assert ltv["cents"] == 57_473  # 19.8183 payments of 29.00
    assert ltv["low_cents"] < ltv["cents"] < ltv["high_cents"]
    assert ltv["within_horizon"]["cents"] == 20_826  # 7.1813 payments
    assert values["discount_per_period"] == 0.01


@pytest.mark.parametrize(
    ("counts", "ltv_not_known"),
    [
        ([100, 90, 85, 71], "few_losses"),
        ([50, 50, 50], "few_losses"),
        ([9], "few_losses"),
        ([50, 0], "no_fit"),
        ([100, 60, 60, 60], "settled"),
    ],
)
def test_a_value_that_is_not_known_is_none(tmp_path, counts, ltv_not_known):
    values = _values(_file(tmp_path, counts), "--price", "2900")
    assert (values["ltv"], values["ltv_not_known"]) == (None, ltv_not_known)


def test_without_a_fit_nothing_is_projected(tmp_path):
    values = _values(_file(tmp_path, [50, 50, 50]), "--horizon", "3")
    assert (values["fit"], values["no_fit"]) == (None, "nobody_lost")
    nothing = {"survival": None, "low": None, "high": None}
    assert values["projection"] == [{"period": at} | nothing for at in range(4)]


def test_the_table_ends_where_nothing_is_projected(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    out = StringIO()
    call_command("retention", _file(tmp_path, [50, 0]), stdout=out)
    assert [line.split() for line in out.getvalue().splitlines()[1:3]] == [
        ["0", "100.0%"],
        ["1", "0.0%"],
    ]
    assert out.getvalue().splitlines()[3:] == [
        "Nothing is projected: everybody left at once.",
        "Lifetime value: not known.",
    ]


def test_the_table_says_what_lies_beyond(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    out = StringIO()
    path = _file(tmp_path, HIGH_END.values())
    call_command("retention", path, "--price", "2900", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[13].split() == ["12", "37.8%", "33.6%", "–", "42.0%"]
    assert lines[-2:] == [
        "Lifetime value: 574.73 (95 %: 463.89 to 692.93)",
        "of which 208.26 by period 12, the rest lies beyond; each period of waiting "
        "takes off 1 %",
    ]


BAD = "period;alive\n0;10\n1;12\n2;dix\n2;9\n2;8\n700;1\n"


def test_a_bad_file_is_answered_row_by_row(tmp_path, monkeypatch):
    path = tmp_path / "bad.csv"
    path.write_text(BAD, "utf-8")
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(CommandError) as refused:
        call_command("retention", str(path))
    assert (str(refused.value).splitlines(), refused.value.returncode) == (
        [
            f"{path}:",
            "row 4: “dix” is no whole number.",
            "row 6: Period 2 stands here a second time.",
            "row 7: Period 700 is too far: 600 is the last one read.",
        ],
        1,
    )
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    path.write_text("period,alive\n0,10\n1,12", "utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("retention", str(path))
    assert str(refused.value).splitlines()[1] == (
        "ligne 3\u00a0: Une cohorte ne peut pas grandir\u00a0: 10 → 12. Ne comptez que les "
        "clients présents au départ."
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [(1, "no_column", "period"), (1, "no_column", "alive")]),
        ("period,left\n0,1\n", [(1, "no_column", "alive")]),
        ("period,alive\n", [(1, "no_start", "")]),
        ("period,alive\n1,5\n2,4\n", [(1, "no_start", "")]),
        ("period,alive\n0,0\n1,0\n", [(2, "no_start", "")]),
        ("period,alive\n0,-5\n,3\n", [(2, "not_whole", "-5"), (3, "not_whole", "")]),
    ],
)
def test_what_is_wrong_in_a_file(text, problems):
    with pytest.raises(CohortNotReadable) as refused:
        read_cohort(text)
    assert [(p.row, p.what, p.text) for p in refused.value.problems] == problems


def test_what_is_typed_wrong_ends_with_2(tmp_path, capsys):
    path = _file(tmp_path, [3, 2, 1])
    for wrong in (["--horizon", "-1"], ["--price", "0"], ["--discount", "0"]):
        with pytest.raises(SystemExit) as ended:
            main(["retention", path, *wrong])
        assert ended.value.code == 2
    with pytest.raises(SystemExit) as ended:
        main(["retention", str(tmp_path / "none.csv")])
    assert ended.value.code == 2
    assert capsys.readouterr().err != ""
