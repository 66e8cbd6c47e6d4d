"""What is asked for next, and what is said at the end: assurance.md sections 3 and 4."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.authentication.assurance import (
    PASSWORD_PROTECTED_TRANSPORT,
    REFEDS_MFA,
    REFEDS_SFA,
    Answer,
    Need,
    NotReached,
    Proof,
    answer,
    counting,
    missing,
    satisfied,
)
from mfa_engine.authentication.assurance.classes import CLASSES, TIME_SYNC_TOKEN
from mfa_engine.tokentypes.worth import Factor, Worth
from tests.unit.mfa_engine.authentication.assurance.worths import (
    NOW,
    TOKEN_TYPES,
    WORTHS,
    offers,
    proof,
    required,
)

HOUR = timedelta(hours=1)
PPT = PASSWORD_PROTECTED_TRANSPORT

NOTHING = []
PASSWORD = [proof("password", HOUR)]
FRESH_MFA = [proof("password", HOUR), proof("totp", HOUR)]
OLD_MFA = [proof("password", 13 * HOUR), proof("totp", 13 * HOUR)]
KEY = [proof("password", HOUR), proof("webauthn-up", HOUR)]
SESSIONS = {"none": NOTHING, "password": PASSWORD, "mfa": FRESH_MFA, "old mfa": OLD_MFA, "key": KEY}
OWNS_ALL = offers("hotp", "totp", "webauthn-up", "webauthn-uv")

ASK = "first_factor"
STEP_UP = "second_factor"
NO = "unreachable"
DONE = None

# What a request asks, by row of assurance.md section 3 -> what each session still needs.
ROWS = {
    "nothing asked": (required(), (ASK, DONE, DONE, DONE, DONE)),
    "policy wants two factors": (required(second_factor=True), (ASK, STEP_UP, DONE, STEP_UP, DONE)),
    "acr_values mfa": (required(REFEDS_MFA), (ASK, STEP_UP, DONE, STEP_UP, DONE)),
    "essential mfa": (required(REFEDS_MFA, essential=True), (ASK, STEP_UP, DONE, STEP_UP, DONE)),
    "essential phr": (required("phr", essential=True), (ASK, STEP_UP, STEP_UP, STEP_UP, DONE)),
    "acr_values phrh": (required("phrh"), (ASK, DONE, DONE, DONE, DONE)),
    "essential phrh": (required("phrh", essential=True), (ASK, NO, NO, NO, NO)),
    "acr_values unknown": (required("urn:x"), (ASK, DONE, DONE, DONE, DONE)),
    "essential unknown": (required("urn:x", essential=True), (NO, NO, NO, NO, NO)),
    "essential empty list": (required(essential=True), (NO, NO, NO, NO, NO)),
    "exact password": (required(PPT, essential=True), (ASK, DONE, DONE, DONE, DONE)),
    "exact password, policy wants two factors": (
        required(PPT, essential=True, second_factor=True),
        (ASK, STEP_UP, DONE, STEP_UP, DONE),
    ),
    "phr or password": (required("phr", PPT, essential=True), (ASK, DONE, DONE, DONE, DONE)),
    "time sync token": (required(TIME_SYNC_TOKEN, essential=True), (ASK, STEP_UP, DONE, STEP_UP, STEP_UP)),
    "forced": (required(fresh_since=NOW), (ASK, ASK, ASK, ASK, ASK)),
    "forced mfa": (required(REFEDS_MFA, essential=True, fresh_since=NOW), (ASK, ASK, ASK, ASK, ASK)),
    "max_age two hours": (
        required(REFEDS_MFA, essential=True, fresh_since=NOW - 2 * HOUR),
        (ASK, STEP_UP, DONE, ASK, DONE),
    ),
    "max_age half an hour": (required(fresh_since=NOW - HOUR / 2), (ASK, ASK, ASK, ASK, ASK)),
}
CASES = [
    pytest.param(demand, proofs, need, id=f"{row}, session {session}")
    for row, (demand, needs) in ROWS.items()
    for (session, proofs), need in zip(SESSIONS.items(), needs, strict=True)
]


@pytest.mark.parametrize(("demand", "proofs", "need"), CASES)
def test_each_request_on_each_session_asks_for_what_is_missing_and_no_more(demand, proofs, need):
    step = missing(demand, proofs, NOW, OWNS_ALL)
    assert (step and step.need) == need


@pytest.mark.parametrize(("demand", "proofs", "need"), CASES)
def test_no_answer_is_given_while_something_that_must_be_is_missing(demand, proofs, need):
    wish_only = need == STEP_UP and not demand.asked.essential and not demand.second_factor
    if need is DONE or wish_only:
        assert answer(demand, proofs, NOW).context_class in CLASSES
    else:
        with pytest.raises(NotReached):
            answer(demand, proofs, NOW)


def fitting(step):
    return {offer.kind for offer in offers(*WORTHS) if step.fits(offer)}


def test_for_a_policys_second_factor_every_accepted_token_is_offered():
    accepted = frozenset({"totp", "email"})
    step = missing(required(second_factor=True, accepted=accepted), PASSWORD, NOW, OWNS_ALL)
    assert fitting(step) == {"totp", "email"}


def test_for_a_class_only_accepted_tokens_that_reach_it_are_offered():
    accepted = TOKEN_TYPES | {"email"}
    for_mfa = missing(required(REFEDS_MFA, accepted=accepted), PASSWORD, NOW, OWNS_ALL)
    assert for_mfa.context_class == REFEDS_MFA
    assert fitting(for_mfa) == TOKEN_TYPES
    for_phr = missing(required("phr", accepted=accepted - {"passkey"}), PASSWORD, NOW, OWNS_ALL)
    assert fitting(for_phr) == {"webauthn-up", "webauthn-uv", "attested-key"}


def test_mail_satisfies_a_policy_that_names_it_and_is_never_called_multi_factor():
    accepted = frozenset({"email"})
    proofs = [proof("password"), proof("email")]
    floor = required(second_factor=True, accepted=accepted)
    assert missing(floor, proofs, NOW, ()) is None
    assert answer(floor, proofs, NOW) == Answer(REFEDS_SFA, ("otp", "pwd"), NOW)
    asks_mfa = required(REFEDS_MFA, essential=True, second_factor=True, accepted=accepted)
    assert missing(asks_mfa, proofs, NOW, offers("email")).need is Need.UNREACHABLE


def test_mail_counts_for_nothing_where_no_policy_names_it():
    proofs = [proof("password"), proof("email")]
    step = missing(required(second_factor=True), proofs, NOW, offers("email"))
    assert step.need is Need.SECOND_FACTOR
    assert answer(required(), proofs, NOW).methods == ("pwd",)


def test_a_token_of_a_type_that_is_not_accepted_counts_neither_for_policy_nor_class():
    keys_only = frozenset({"webauthn-uv"})
    assert (
        missing(required(second_factor=True, accepted=keys_only), FRESH_MFA, NOW, ()).need
        is Need.SECOND_FACTOR
    )
    asked = required(REFEDS_MFA, essential=True, accepted=keys_only)
    assert missing(asked, FRESH_MFA, NOW, offers("webauthn-uv")).need is Need.SECOND_FACTOR
    assert missing(asked, FRESH_MFA, NOW, offers("totp")).need is Need.UNREACHABLE
    with pytest.raises(NotReached):
        answer(asked, FRESH_MFA, NOW)


@pytest.mark.parametrize("alone", ["hotp", "totp", "webauthn-up", "email"])
def test_a_token_alone_is_no_login(alone):
    accepted = TOKEN_TYPES | {"email"}
    step = missing(required(accepted=accepted), [proof(alone)], NOW, OWNS_ALL)
    assert step.need is Need.FIRST_FACTOR


def test_a_key_that_verified_its_user_is_both_factors():
    demand = required(REFEDS_MFA, essential=True, second_factor=True)
    assert missing(demand, [proof("passkey")], NOW, ()) is None
    assert answer(demand, [proof("passkey")], NOW).methods == ("mfa", "pop", "swk", "user")


def test_two_things_one_knows_are_one_factor():
    proofs = [proof("password"), proof("pin")]
    assert missing(required(second_factor=True), proofs, NOW, OWNS_ALL).need is Need.SECOND_FACTOR


def test_a_token_that_is_only_known_is_a_second_factor_beside_another_proof_and_not_by_itself():
    known = Worth(frozenset({Factor.KNOWLEDGE}), frozenset({"pin"}))
    once, again = Proof("pw", known, NOW - HOUR, "PW1"), Proof("pw", known, NOW, "PW1")
    demand = required(second_factor=True, accepted=frozenset({"pw"}))
    assert missing(demand, [once, again], NOW, ()).need is Need.SECOND_FACTOR
    assert missing(demand, [*PASSWORD, once], NOW, ()) is None
    assert answer(demand, [*PASSWORD, once], NOW).context_class == REFEDS_SFA


def test_a_class_that_only_the_password_gives_asks_for_the_password():
    step = missing(required(PPT, essential=True), [proof("passkey")], NOW, OWNS_ALL)
    assert (step.need, step.context_class) == (Need.FIRST_FACTOR, PPT)


def test_of_several_classes_the_first_in_reach_is_stepped_up_to():
    demand = required("phr", REFEDS_MFA, essential=True)
    assert missing(demand, PASSWORD, NOW, offers("totp")).context_class == REFEDS_MFA
    assert missing(demand, PASSWORD, NOW, offers("totp", "webauthn-up")).context_class == "phr"


def test_a_class_already_reached_needs_no_step_though_a_better_one_was_named_first():
    assert missing(required("phr", REFEDS_MFA, essential=True), FRESH_MFA, NOW, OWNS_ALL) is None


def test_before_the_tokens_are_looked_up_a_step_is_named_that_may_turn_out_in_vain():
    wish = required(REFEDS_MFA)
    assert missing(wish, PASSWORD, NOW, None).need is Need.SECOND_FACTOR
    assert missing(wish, PASSWORD, NOW, ()) is None
    assert missing(required("urn:x"), PASSWORD, NOW, None) is None
    assert missing(required("urn:x", REFEDS_MFA), PASSWORD, NOW, None).context_class == REFEDS_MFA
    must = required(REFEDS_MFA, essential=True)
    assert missing(must, PASSWORD, NOW, None).need is Need.SECOND_FACTOR
    assert missing(must, PASSWORD, NOW, ()).need is Need.UNREACHABLE


def test_a_session_that_suffices_is_seen_without_looking_up_tokens():
    assert missing(required(REFEDS_MFA, second_factor=True), FRESH_MFA, NOW, None) is None


def test_a_policys_second_factor_without_any_token_fits_nothing():
    step = missing(required(second_factor=True), PASSWORD, NOW, ())
    assert step.need is Need.SECOND_FACTOR
    assert not any(map(step.fits, offers("email")))


@pytest.mark.parametrize(
    ("asked", "stated"),
    [
        ((), REFEDS_MFA),
        ((REFEDS_SFA, REFEDS_MFA), REFEDS_SFA),
        ((REFEDS_MFA, REFEDS_SFA), REFEDS_MFA),
        (("phr", PPT, REFEDS_MFA), PPT),
        (("phr",), REFEDS_MFA),
        (("urn:x", TIME_SYNC_TOKEN), TIME_SYNC_TOKEN),
    ],
)
def test_the_answer_is_the_first_true_class_in_the_requesters_order(asked, stated):
    given = answer(required(*asked), FRESH_MFA, NOW)
    assert given == Answer(stated, ("mfa", "otp", "pwd"), NOW - HOUR)


def test_the_applications_default_is_stated_only_where_nothing_asked_is_true():
    assert answer(required(), FRESH_MFA, NOW, preferred=PPT).context_class == PPT
    assert answer(required(REFEDS_SFA), FRESH_MFA, NOW, preferred=PPT).context_class == REFEDS_SFA


def test_the_time_of_the_answer_is_that_of_the_oldest_factor_of_its_class():
    proofs = [proof("password", 5 * HOUR), proof("totp", HOUR)]
    assert answer(required(REFEDS_MFA), proofs, NOW).auth_time == NOW - 5 * HOUR
    assert answer(required(TIME_SYNC_TOKEN), proofs, NOW).auth_time == NOW - HOUR


def test_a_forced_login_states_only_what_was_proven_since():
    fresh = [proof("password"), proof("hotp")]
    given = answer(required(fresh_since=NOW), [*KEY, *fresh], NOW)
    assert given == Answer(REFEDS_MFA, ("mfa", "otp", "pwd"), NOW)


def test_freshness_counts_at_the_very_moment_and_not_before():
    moment = timedelta(microseconds=1)
    demand = required(fresh_since=NOW - HOUR)
    assert missing(demand, [proof("password", HOUR)], NOW, ()) is None
    assert missing(demand, [proof("password", HOUR + moment)], NOW, ()).need is Need.FIRST_FACTOR


def test_an_expired_second_factor_leaves_no_trace_in_the_answer():
    assert answer(required(), OLD_MFA, NOW) == Answer(REFEDS_SFA, ("pwd",), NOW - 13 * HOUR)


def test_a_wish_that_was_not_met_does_not_stand_in_the_way_of_an_answer():
    wish = required(PPT)
    assert missing(wish, [proof("passkey")], NOW, ()).need is Need.FIRST_FACTOR
    assert answer(wish, [proof("passkey")], NOW).context_class == REFEDS_MFA


def test_a_wish_is_dropped_when_asked_to_and_a_must_is_not():
    assert required(REFEDS_MFA).without_wishes().asked.classes == ()
    must = required(REFEDS_MFA, essential=True)
    assert must.without_wishes() == must
    assert missing(required(REFEDS_MFA).without_wishes(), PASSWORD, NOW, OWNS_ALL) is None


kinds = st.sampled_from(["password", "pin", *WORTHS])
proof_lists = st.lists(st.builds(proof, kinds, st.timedeltas(timedelta(), timedelta(days=2))), max_size=5)
demands = st.builds(
    lambda classes, essential, second, since, accepted: required(
        *classes,
        essential=essential,
        second_factor=second,
        fresh_since=since,
        accepted=accepted,
    ),
    st.lists(st.sampled_from([*CLASSES, "urn:x"]), max_size=3),
    st.booleans(),
    st.booleans(),
    st.none() | st.timedeltas(timedelta(), timedelta(days=1)).map(lambda age: NOW - age),
    st.frozensets(st.sampled_from(sorted(WORTHS))),
)


@given(demands, proof_lists)
def test_whatever_was_proven_the_answer_is_true_and_meets_the_demand(demand, proofs):
    try:
        given_answer = answer(demand, proofs, NOW)
    except NotReached:
        return
    held = counting(demand, proofs, NOW)
    assert satisfied(given_answer.context_class, held)
    assert given_answer.auth_time in {item.at for item in held}
    assert any(item.is_first_factor for item in held)
    if demand.asked.essential:
        assert given_answer.context_class in demand.asked.classes
    if demand.second_factor:
        assert any(item.kind in demand.accepted_types for item in held)
        assert len(held) > 1 or held[0].worth.two_kinds
    if demand.asked.fresh_since:
        assert given_answer.auth_time >= demand.asked.fresh_since
    if given_answer.context_class == REFEDS_MFA:
        assert "mfa" in given_answer.methods


@given(demands, proof_lists, st.lists(st.sampled_from(sorted(WORTHS)), max_size=4))
def test_presenting_what_fits_brings_every_login_to_an_end(demand, proofs, owned):
    mine = offers(*owned)
    for _ in range(4):
        step = missing(demand, proofs, NOW, mine)
        if step is None:
            assert answer(demand, proofs, NOW)
            return
        if step.need is Need.UNREACHABLE:
            return
        if step.need is Need.FIRST_FACTOR:
            proofs = [*proofs, proof("password")]
            continue
        fits = [offer for offer in mine if step.fits(offer)]
        if not fits:
            assert step.context_class is None
            return
        proofs = [*proofs, proof(fits[0].kind)]
    raise AssertionError("the login never ends")
