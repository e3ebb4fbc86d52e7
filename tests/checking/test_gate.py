from dataclasses import replace

from prokes_social.checking import check_campaign, check_plan
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Problem, Severity
from tests.checking.examples import CONTEXT, campaign, plan, published


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def test_a_sound_campaign_passes() -> None:
    assert check_campaign(campaign(""), CONTEXT) == []


def test_a_problem_points_at_the_word_itself() -> None:
    file = campaign("text: Ayo kita antri dengan tertib.")
    [problem] = check_campaign(file, CONTEXT)
    assert problem.place
    assert problem.place.excerpt[problem.place.column - 1 :].startswith("antri")


def test_a_word_is_found_although_yaml_folds_it_over_two_lines() -> None:
    file = campaign("""
messages:
  - id: pesan
    text: >-
      Ayo bawa hand
      sanitizer ke mana pun.
    sources: [kemenkes]
""")
    [problem] = check_campaign(file, CONTEXT)
    assert problem.code == "wording-jargon"
    assert problem.place
    assert problem.place.excerpt.strip() == "Ayo bawa hand"
    assert problem.place.column == problem.place.excerpt.index("hand") + 1


def test_a_variant_is_blamed_for_its_own_words() -> None:
    file = campaign("""
messages:
  - id: pesan
    text: Ayo cuci tangan.
    variants:
      x: Ayo cuci tangan, jangan antri.
    sources: [kemenkes]
""")
    [problem] = check_campaign(file, CONTEXT)
    assert problem.place
    assert problem.place.excerpt.strip().startswith("x:")


def test_words_on_a_card_are_read_too() -> None:
    file = campaign("""
messages:
  - id: pesan
    text: Ayo cuci tangan.
    card:
      template: checklist
      slots: {headline: Cuci tangan, rows: [{icon: mask, title: Masker, text: Kurangi resiko}]}
      alt: Daftar kebiasaan sehat dengan gambar kecil.
    sources: [kemenkes]
""")
    assert codes(check_campaign(file, CONTEXT)) == ["wording-spelling"]


def test_a_silenced_rule_keeps_quiet_for_its_message_only() -> None:
    text = """
messages:
  - {id: satu, text: Ayo tes swab di puskesmas., sources: [kemenkes]}
  - {id: dua, text: Ayo tes swab di pasar., sources: [kemenkes]}
silence:
  - {rule: wording-jargon, message: satu, reason: Istilah ini dikenal di sini.}
"""
    [problem] = check_campaign(campaign(text), CONTEXT)
    assert problem.code == "wording-jargon"
    assert "pasar" in problem.place.excerpt if problem.place else False


def test_a_technical_error_cannot_be_silenced() -> None:
    text = """
messages:
  - {id: satu, text: Ayo cuci tangan.}
silence:
  - {rule: source-missing, reason: Kami tidak punya sumber.}
"""
    assert set(codes(check_campaign(campaign(text), CONTEXT))) == {"source-missing", "silence-unknown-rule"}


def test_english_campaigns_are_spared_the_indonesian_word_lists() -> None:
    file = campaign("language: en\nmessages:\n  - {id: a, text: Please keep social distancing., sources: [kemenkes]}")
    assert check_campaign(file, CONTEXT) == []


def test_without_a_workspace_accounts_are_not_looked_up() -> None:
    file = campaign("sends:\n  - {id: a, message: pesan, to: akun-kami, at: 2026-11-24 07.30}")
    assert check_campaign(file, replace(CONTEXT, directory=None)) == []


def test_too_long_is_said_in_characters_over_the_limit_of_each_platform_it_goes_to() -> None:
    text = "Ayo cuci tangan. " * 20
    file = campaign(f"""
messages:
  - {{id: pesan, text: {text}, sources: [kemenkes]}}
sends:
  - {{id: a, message: pesan, to: [humas-x, facebook], at: 2026-11-24 07.30}}
""")
    [problem] = [each for each in check_campaign(file, CONTEXT) if each.code == "text-length"]
    assert f"lebih {len(text.strip()) - 280} karakter" in problem.what


def test_the_platforms_own_count_is_used() -> None:
    limits = {**CONTEXT.limits, "x": replace(CONTEXT.limits["x"], weigh=lambda text: 300)}
    file = campaign("sends:\n  - {id: a, message: pesan, to: x, at: 2026-11-24 07.30}")
    assert codes(check_campaign(file, replace(CONTEXT, limits=limits))) == ["text-length"]


SENT_TO_X = "sends:\n  - {id: sekali, message: pesan, to: humas-x, at: 2026-11-24 07.30}"


def test_a_text_that_is_public_on_x_already_is_not_said_again() -> None:
    planned = plan(campaign(SENT_TO_X))
    public = published(
        planned.changes[0], text="AYO cuci tangan, sebelum makan! #AgenProkes", occurrence="dulu@2026-11-20"
    )
    kept = replace(planned.changes[0], queued=public, key=public.key)
    both = replace(planned, changes=(*planned.changes, kept))
    assert codes(check_plan(both, CONTEXT)) == ["same-text-twice-on-x"]


def test_what_was_sent_already_may_lie_in_the_past() -> None:
    file = campaign(
        "starts_on: 2026-11-01\nsends:\n  - {id: a, message: pesan, to: humas-facebook, at: 2026-11-02 07.30}"
    )
    fresh = plan(file)
    assert codes(check_plan(fresh, CONTEXT)) == ["past-date"]
    queued = published(fresh.changes[0])
    assert check_plan(plan(file, (queued,)), CONTEXT) == []


def test_fear_is_an_error_and_spelling_a_warning() -> None:
    found = check_campaign(campaign("text: Ayo antri, virus ini mengerikan."), CONTEXT)
    assert {each.code: each.severity for each in found} == {
        "wording-spelling": Severity.WARNING,
        "wording-fear": Severity.ERROR,
    }


def test_a_stand_in_is_never_blamed() -> None:
    file = campaign("text: Ayo antri.")
    guessed: frozenset[tuple[str | int, ...]] = frozenset({("messages", 0, "text")})
    assert isinstance(file.value, Campaign)
    assert check_campaign(replace(file, stand_ins=guessed), CONTEXT) == []


def test_must_is_milder_than_compulsory() -> None:
    found = check_campaign(campaign("text: Peserta vaksinasi harus membawa KTP. Ayo siapkan."), CONTEXT)
    assert [(each.code, each.severity) for each in found] == [("wording-mandatory", Severity.WARNING)]
