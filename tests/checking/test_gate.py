from dataclasses import replace

import pytest

from prokes_social.checking import all_rules, check_campaign, check_plan
from prokes_social.model.campaign import Campaign
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.problem import Problem, Severity
from tests.checking.examples import CONTEXT, DIRECTORY, campaign, plan, published


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


# --- the policy guard ---


def test_a_text_that_is_queued_on_another_x_account_counts_too() -> None:
    [sent] = plan(campaign(SENT_TO_X)).changes
    queued = replace(published(sent), status=DeliveryStatus.SCHEDULED)
    file = campaign(SENT_TO_X + "\n  - {id: kedua, message: pesan, to: dinkes-x, at: 2026-11-29 07.30}")
    assert codes(check_plan(plan(file, (queued,)), CONTEXT)) == ["same-text-on-several-x"]


def test_an_account_that_is_posted_to_by_hand_says_it_too() -> None:
    by_hand = replace(DIRECTORY, accounts=tuple(replace(a, by_hand=a.name == "dinkes-x") for a in DIRECTORY.accounts))
    file = campaign("sends:\n  - {id: a, message: pesan, to: [humas-x, dinkes-x], at: 2026-11-24 07.30}")
    assert codes(check_plan(plan(file, directory=by_hand), CONTEXT)) == ["same-text-on-several-x"]


def test_how_alike_texts_may_be_is_a_setting() -> None:
    file = campaign("""
messages:
  - {id: satu, text: Ayo cuci tangan dengan sabun sebelum makan., sources: [kemenkes]}
  - {id: dua, text: Ayo cuci tangan dengan air bersih sebelum makan., sources: [kemenkes]}
sends:
  - {id: a, message: satu, to: humas-x, at: 2026-11-24 07.30}
  - {id: b, message: dua, to: dinkes-x, at: 2026-11-25 07.30}
""")
    assert codes(check_plan(plan(file), replace(CONTEXT, alike=99))) == []
    assert codes(check_plan(plan(file), replace(CONTEXT, alike=70))) == ["same-text-on-several-x"]


def test_a_weekly_send_at_one_minute_is_told_of_once() -> None:
    file = campaign("sends:\n  - {id: a, message: pesan, to: [humas-x, dinkes-x, setda-x], every: senin 07.30}")
    assert codes(check_plan(plan(file), CONTEXT)).count("many-at-one-minute") == 1


def test_three_platforms_at_one_minute_are_one_account_each() -> None:
    file = campaign("sends:\n  - {id: a, message: pesan, to: [humas-x, humas-facebook, humas-instagram], "
                    "at: 2026-11-24 07.30}")  # fmt: skip
    assert check_plan(plan(file), CONTEXT) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Repost unggahan ini, ada voucher untuk tiga orang.", True),
        ("Siapa ikut giveaway? Tag dua temanmu di sini.", True),
        ("Bagikan kabar ini. Tanpa undian, tanpa syarat.", False),
        ("Kesehatan adalah hadiah bagi keluarga. Ayo cuci tangan. Air mengalir lebih baik. Bagikan kabar ini.", False),
        ("Vaksin gratis di puskesmas. Bagikan kepada keluarga.", False),
    ],
)
def test_a_reward_is_found_where_it_stands_beside_the_asking(text: str, found: bool) -> None:
    problems = check_campaign(campaign(f"text: {text}"), CONTEXT)
    assert ("reward-for-sharing" in codes(problems)) is found
    assert all(each.severity is Severity.ERROR for each in problems if each.code == "reward-for-sharing")


WITH_FACE = next(rule for rule in all_rules() if rule.code == "election-period").bad


def test_outside_of_an_election_faces_may_be_shared() -> None:
    assert check_campaign(campaign(WITH_FACE), replace(CONTEXT, election=False)) == []


def test_in_an_election_the_photograph_and_each_mention_of_a_candidate_are_found() -> None:
    places = {each.place.excerpt.strip()[:5] for each in check_campaign(campaign(WITH_FACE), CONTEXT) if each.place}
    assert places == {"text:", "slots"}


def test_official_accounts_may_show_faces_in_an_election() -> None:
    assert check_campaign(campaign(WITH_FACE.replace("to: staff", "to: humas-facebook")), CONTEXT) == []


def test_the_sharers_own_photograph_is_no_face_of_somebody_else() -> None:
    file = campaign("""
messages:
  - id: pesan
    text: Ayo saling menjaga.
    sources: [kemenkes]
    card: {template: pledge, slots: {pledge: Saya pakai masker saat batuk}, alt: Kartu janji seorang pegawai.}
sends:
  - {id: pegawai, message: pesan, to: staff, at: 2026-11-24 07.30}
""")
    assert "election-period" not in codes(check_campaign(file, CONTEXT))
