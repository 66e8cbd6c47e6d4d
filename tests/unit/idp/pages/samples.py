"""Every template with every state it has: what the tests render, look at and measure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from idp.pages import account, admin, confirmations, done, enrolment, errors, login, mails, problems, reasons
from idp.pages.assets import Assets
from idp.pages.login import WayKind
from idp.pages.page import App, Page
from idp.pages.render import House, Pages
from idp.pages.sentence import say
from idp.pages.token_state import TokenState

TEMPLATES = Path(__file__).parents[4] / "templates"
NOW = datetime(2026, 11, 24, 14, 6, tzinfo=UTC)
HOUSE = House(
    name="Riverside University",
    zone=ZoneInfo("Europe/London"),
    help_url="https://help.riverside.example/",
    privacy_url="https://riverside.example/privacy",
    accessibility_url="https://riverside.example/accessibility",
)
CSRF = "dGhlIHRva2VuIG9mIHRoaXMgcGFnZQ=="


@dataclass(frozen=True, slots=True)
class Sample:
    """One page in one state. ``self_url`` is empty where the language list is left out."""

    name: str
    template: str
    page: Page
    self_url: str = "/login/7Zk0/step"


def make_pages(theme_dir: Path | None = None) -> Pages:
    return Pages(
        templates=TEMPLATES,
        house=HOUSE,
        assets=Assets.read(TEMPLATES / "assets", theme_dir),
        theme_dir=theme_dir,
    )


def html(pages: Pages, sample: Sample, lang: str = "en") -> str:
    return pages.render(sample.template, sample.page, lang=lang, now=NOW, self_url=sample.self_url, csrf=CSRF)


PORTAL = App("Library Portal", "https://library.riverside.example/")
ALICE = {"person": "alice@riverside.example", "restart_url": "/login/7Zk0/restart"}
PICKER = "/login/7Zk0/second-factor/choose"
MAIL = "alice@riverside.example"
SOON = NOW + timedelta(minutes=5)
REQUEST_OPTIONS = (
    '{"challenge":"q1Bhd2Yx","timeout":60000,"rpId":"localhost","allowCredentials":'
    '[{"id":"AQIDBA","type":"public-key"}],"userVerification":"discouraged"}'
)
CREATION_OPTIONS = (
    '{"rp":{"name":"Riverside","id":"localhost"},"user":{"id":"AQ","name":"alice","displayName":"Alice"},'
    '"challenge":"q1Bhd2Yx","pubKeyCredParams":[{"type":"public-key","alg":-7}],"attestation":"none"}'
)
APP_SETUP = enrolment.AppSetup(
    otpauth="otpauth://totp/Riverside%20University:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    "&issuer=Riverside%20University&algorithm=SHA1&digits=6&period=30",
    secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    account="alice",
)
COUNTER_SETUP = replace(
    APP_SETUP, otpauth=APP_SETUP.otpauth.replace("totp", "hotp"), timing=enrolment.Timing.COUNTER
)
KEY_SETUP = enrolment.KeySetup(CREATION_OPTIONS)
MAIL_SETUP = enrolment.MailSetup(MAIL)
MAIL_SENT = enrolment.MailSetup(MAIL, good_until=SOON, resend_at=NOW + timedelta(seconds=30))
CHOICES = tuple(
    enrolment.Choice(kind, f"enrol/{number}")
    for number, kind in enumerate(
        (WayKind.SECURITY_KEY, WayKind.APP_CODE, WayKind.DEVICE_CODE, WayKind.MAIL_CODE)
    )
)

LOGIN = [
    Sample("first-factor", "login/first_factor.html", login.FirstFactorPage(app=PORTAL)),
    Sample(
        "first-factor-account",
        "login/first_factor.html",
        login.FirstFactorPage(forgotten_url="https://riverside.example/password"),
    ),
    Sample(
        "first-factor-hinted", "login/first_factor.html", login.FirstFactorPage(app=PORTAL, typed="alice")
    ),
    *(
        Sample(
            f"first-factor-{name}",
            "login/first_factor.html",
            login.FirstFactorPage(app=PORTAL, typed="alice", problem=problem),
        )
        for name, problem in (
            ("wrong", problems.wrong_password()),
            ("throttled", problems.too_many_tries(30)),
            ("one-second", problems.too_many_tries(1)),
            ("no-name", problems.no_username()),
            ("no-password", problems.no_password()),
            ("directory-down", problems.directory_down()),
            ("busy", problems.too_many_at_once()),
        )
    ),
    Sample(
        "first-factor-out-of-date",
        "login/first_factor.html",
        login.FirstFactorPage(app=PORTAL, notice=problems.out_of_date()),
    ),
    Sample("fresh", "login/fresh.html", login.FreshPage(**ALICE)),
    Sample("fresh-wrong", "login/fresh.html", login.FreshPage(**ALICE, problem=problems.wrong_password())),
    Sample("fresh-admin", "login/fresh.html", login.FreshPage(**ALICE, for_others=True)),
    Sample(
        "first-administrator",
        "login/first_administrator.html",
        login.FirstAdministratorPage(person="alice@riverside.example", stay_url="/account/"),
    ),
    Sample("code", "login/code.html", login.CodePage(**ALICE, name="Pixel 8", other_url=PICKER)),
    Sample("code-unnamed", "login/code.html", login.CodePage(**ALICE)),
    *(
        Sample(f"code-{name}", "login/code.html", login.CodePage(**ALICE, name="Pixel 8", problem=problem))
        for name, problem in (
            ("wrong", problems.wrong_code()),
            ("none", problems.no_code()),
            ("short", problems.wrong_length(6, 5)),
            ("letters", problems.not_digits()),
            ("throttled", problems.too_many_tries(30)),
        )
    ),
    Sample(
        "code-device",
        "login/code.html",
        login.CodePage(**ALICE, source=login.CodeSource.DEVICE, name="token C200", period_seconds=0),
    ),
    Sample(
        "code-device-unnamed",
        "login/code.html",
        login.CodePage(**ALICE, source=login.CodeSource.DEVICE, digits=8),
    ),
    Sample("mail-code", "login/mail_code.html", login.MailCodePage(**ALICE, address=MAIL, other_url=PICKER)),
    Sample(
        "mail-code-sent",
        "login/mail_code.html",
        login.MailCodePage(
            **ALICE, address=MAIL, good_until=SOON, resend_at=NOW + timedelta(seconds=30), other_url=PICKER
        ),
    ),
    *(
        Sample(
            f"mail-code-{name}",
            "login/mail_code.html",
            login.MailCodePage(**ALICE, address=MAIL, good_until=SOON, problem=problem),
        )
        for name, problem in (
            ("wrong", problems.wrong_sent_code()),
            ("old", problems.old_sent_code()),
            ("too-often", problems.sent_too_often(SOON, 30)),
            ("not-sent", problems.not_sent()),
        )
    ),
    Sample(
        "security-key",
        "login/security_key.html",
        login.SecurityKeyPage(**ALICE, options=REQUEST_OPTIONS, name="Blue YubiKey", other_url=PICKER),
    ),
    *(
        Sample(
            f"security-key-{name}",
            "login/security_key.html",
            login.SecurityKeyPage(**ALICE, options=REQUEST_OPTIONS, problem=problem),
        )
        for name, problem in (
            ("not-used", problems.key_not_used()),
            ("unknown", problems.key_unknown()),
            ("no-check", problems.key_without_user_check()),
        )
    ),
    Sample(
        "picker",
        "login/picker.html",
        login.PickerPage(
            **ALICE,
            ways=(
                login.Way(WayKind.SECURITY_KEY, "key", "Blue YubiKey"),
                login.Way(WayKind.SECURITY_KEY, "key2"),
                login.Way(WayKind.APP_CODE, "code", "Pixel 8", used_last=True),
                login.Way(WayKind.APP_CODE, "code2"),
                login.Way(WayKind.DEVICE_CODE, "token", "token C200"),
                login.Way(WayKind.DEVICE_CODE, "token2"),
                login.Way(WayKind.MAIL_CODE, "mail", MAIL),
                login.Way(WayKind.MAIL_CODE, "mail2"),
            ),
        ),
    ),
    Sample(
        "enrol-choose",
        "login/enrol_choose.html",
        enrolment.EnrolChoosePage(**ALICE, app=PORTAL, choices=CHOICES),
    ),
    Sample(
        "enrol-choose-account",
        "login/enrol_choose.html",
        enrolment.EnrolChoosePage(**ALICE, choices=CHOICES[1:2]),
    ),
    Sample(
        "enrol-app",
        "login/enrol_app.html",
        enrolment.EnrolAppPage(**ALICE, setup=APP_SETUP, name="My phone", other_url="../enrol"),
    ),
    Sample(
        "enrol-app-wrong",
        "login/enrol_app.html",
        enrolment.EnrolAppPage(
            **ALICE, setup=APP_SETUP, name="My phone", problem=problems.new_code_does_not_fit()
        ),
    ),
    Sample(
        "enrol-app-counter",
        "login/enrol_app.html",
        enrolment.EnrolAppPage(**ALICE, setup=COUNTER_SETUP, name="", problem=problems.no_name()),
    ),
    Sample(
        "enrol-key",
        "login/enrol_security_key.html",
        enrolment.EnrolKeyPage(**ALICE, setup=KEY_SETUP, name="My key", other_url="../enrol"),
    ),
    *(
        Sample(
            f"enrol-key-{name}",
            "login/enrol_security_key.html",
            enrolment.EnrolKeyPage(**ALICE, setup=KEY_SETUP, name="My key", problem=problem),
        )
        for name, problem in (
            ("kind", problems.key_kind_not_allowed(("YubiKey 5", "Nitrokey 3"))),
            ("known", problems.key_known()),
            ("limit", problems.as_many_as_allowed()),
            ("name", problems.name_taken()),
        )
    ),
    Sample(
        "enrol-mail",
        "login/enrol_mail.html",
        enrolment.EnrolMailPage(**ALICE, setup=MAIL_SETUP, other_url="../enrol"),
    ),
    Sample("enrol-mail-sent", "login/enrol_mail.html", enrolment.EnrolMailPage(**ALICE, setup=MAIL_SENT)),
    Sample("set-password", "login/set_password.html", login.SetPasswordPage(**ALICE, least=15)),
    *(
        Sample(
            f"set-password-{name}",
            "login/set_password.html",
            login.SetPasswordPage(**ALICE, least=15, problem=problem),
        )
        for name, problem in (
            ("short", problems.password_too_short(15, 9)),
            ("long", problems.password_too_long(1024)),
            ("common", problems.password_common()),
            ("names", problems.password_contains_names()),
            ("same", problems.password_unchanged()),
            ("refused", problems.password_refused_by_directory("Password history")),
        )
    ),
    Sample(
        "consent",
        "login/consent.html",
        login.ConsentPage(
            **ALICE,
            app=PORTAL,
            site="library.riverside.example",
            details=(
                *(login.Detail(name, "value") for name in ("given_name", "sn", "uid", "phone_number")),
                login.Detail("name", "Alice Example"),
                login.Detail("mail", MAIL),
                login.Detail("groups", "student, member"),
                login.Detail("eduPersonAffiliation", "student", "for the reading room"),
            ),
            optional=(login.Detail("libraryCard", "R-204 418", "Without it you cannot order books."),),
            privacy_url="https://library.riverside.example/privacy",
        ),
    ),
    Sample(
        "consent-short",
        "login/consent.html",
        login.ConsentPage(app=PORTAL, site="library", details=(login.Detail("name", "Alice Example"),)),
    ),
    Sample(
        "leave",
        "login/leave.html",
        login.LeavePage(app=PORTAL, destination="https://library.riverside.example/cb?code=1&state=2"),
        self_url="",
    ),
    Sample(
        "leave-form",
        "login/leave_form.html",
        login.LeaveFormPage(
            app=PORTAL,
            destination="https://library.riverside.example/acs",
            fields=(("SAMLResponse", "PD94bWw+"), ("RelayState", "/shelf?a=1&b=2")),
        ),
        self_url="",
    ),
    Sample("logout", "login/logout.html", login.LogoutPage(apps=3, stay_url="/account/")),
    Sample("logout-nothing", "login/logout.html", login.LogoutPage(apps=0, stay_url="/account/")),
    Sample("logout-done", "login/logout_report.html", login.LogoutReportPage()),
    Sample(
        "logout-all",
        "login/logout_report.html",
        login.LogoutReportPage(
            apps=(login.AppLogout("Library Portal", told=True),),
            since=NOW - timedelta(days=1),
            again_url="/account/",
        ),
    ),
    Sample(
        "logout-one-open",
        "login/logout_report.html",
        login.LogoutReportPage(
            apps=(
                login.AppLogout("Library Portal", told=True),
                login.AppLogout("Webmail", told=True),
                login.AppLogout("Physics Wiki", told=False),
            ),
            since=NOW - timedelta(hours=5),
            again_url="/account/",
        ),
    ),
    Sample(
        "logout-two-open",
        "login/logout_report.html",
        login.LogoutReportPage(
            apps=(login.AppLogout("Webmail", told=False), login.AppLogout("Physics Wiki", told=False)),
            since=NOW - timedelta(hours=5),
        ),
    ),
]

INCIDENT = "7K4M-92QD"
WIKI = App("Physics Wiki", "https://wiki.physics.riverside.example/")
EXAM = App("Exam Office")
OPERATOR = errors.Operator(
    "Physics Wiki",
    "The signature of the AuthnRequest does not fit any key in your registered metadata.",
    NOW,
    "https://wiki.physics.riverside.example/shibboleth",
)
ERRORS = [
    Sample(f"error-{name}", "errors/page.html", page)
    for name, page in (
        ("took-too-long", errors.took_too_long(PORTAL, INCIDENT)),
        ("took-too-long-anywhere", errors.took_too_long(None, INCIDENT)),
        ("no-cookie", errors.no_cookie(PORTAL, INCIDENT)),
        ("already-done", errors.already_done(PORTAL)),
        ("already-done-anywhere", errors.already_done(None)),
        ("untrusted", errors.untrusted_request(WIKI, INCIDENT, OPERATOR)),
        ("unreadable", errors.unreadable_request(INCIDENT)),
        ("unknown-app", errors.unknown_application("https://nobody.example/sp", INCIDENT, OPERATOR)),
        (
            "not-allowed",
            errors.not_allowed(
                EXAM, INCIDENT, group="exam-board", contact="exam@riverside.example", back_url="/login/7/back"
            ),
        ),
        ("not-allowed-plain", errors.not_allowed(EXAM, INCIDENT)),
        ("stronger", errors.stronger_sign_in_needed(EXAM, ("passkey", say("Security key")), INCIDENT)),
        (
            "stronger-enrol",
            errors.stronger_sign_in_needed(EXAM, ("passkey",), INCIDENT, enrol_url="/login/7/enrol"),
        ),
        (
            "stronger-back",
            errors.stronger_sign_in_needed(EXAM, ("passkey",), INCIDENT, back_url="/login/7/back"),
        ),
        ("stronger-unknown", errors.stronger_sign_in_needed(EXAM, (), INCIDENT)),
        ("link", errors.link_not_good()),
        ("higher-role", errors.higher_role()),
        ("missing", errors.detail_missing(EXAM, "staff number", INCIDENT, "hr@riverside.example")),
        ("missing-claim", errors.detail_missing(EXAM, "staffNumber", INCIDENT)),
        ("refused", errors.nothing_shared(PORTAL)),
        ("nothing", errors.nothing_here()),
        ("right", errors.right_missing("token: delete", "staff")),
        ("right-anywhere", errors.right_missing("client: add")),
        ("form", errors.not_our_form(INCIDENT)),
        ("conflict", errors.conflict("the token is enrolled already")),
        ("many", errors.too_many_requests(30)),
        ("not-now", errors.not_possible_now(INCIDENT)),
        ("broken", errors.broken(INCIDENT)),
    )
]

MINE = {"person": "alice@riverside.example", "idle_seconds": 900}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


def own(kind: WayKind, name: str, state: TokenState, used: datetime | None) -> account.OwnWay:
    return account.OwnWay(
        kind, name, state, NOW - timedelta(days=600), used, f"{name}/rename", f"{name}/remove"
    )


ACCOUNT = [
    Sample(
        "account",
        "account/ways.html",
        account.WaysPage(
            **MINE,
            admin=True,
            add_url="/account/add",
            notice=done.notice(done.Done.WAY_ADDED),
            ways=(
                own(WayKind.SECURITY_KEY, "Blue YubiKey", TokenState.ACTIVE, NOW - timedelta(hours=20)),
                own(WayKind.APP_CODE, "Pixel 8", TokenState.ACTIVE, NOW - timedelta(hours=5)),
                own(WayKind.MAIL_CODE, MAIL, TokenState.ACTIVE, None),
            ),
        ),
        "/account/",
    ),
    Sample(
        "account-states",
        "account/ways.html",
        account.WaysPage(
            **MINE,
            add_url="/account/add",
            ways=tuple(
                own(WayKind.APP_CODE, f"phone {state}", state, NOW - timedelta(days=40))
                for state in TokenState
            ),
        ),
        "/account/",
    ),
    Sample(
        "account-none-works",
        "account/ways.html",
        account.WaysPage(
            **MINE, ways=(account.OwnWay(WayKind.DEVICE_CODE, "", TokenState.LOCKED, NOW, None),)
        ),
        "/account/",
    ),
    Sample("account-empty", "account/ways.html", account.WaysPage(**MINE, ways=(), add_url="/account/add")),
    Sample("account-add", "account/add.html", account.AddWayPage(**MINE, choices=CHOICES), "/account/add"),
    Sample("account-add-none", "account/add.html", account.AddWayPage(**MINE, choices=()), "/account/add"),
    Sample(
        "account-add-app",
        "account/add_app.html",
        account.AddAppPage(**MINE, setup=APP_SETUP, other_url="/account/add", name="My phone"),
    ),
    Sample(
        "account-add-app-wrong",
        "account/add_app.html",
        account.AddAppPage(
            **MINE, setup=APP_SETUP, other_url="", name="x", problem=problems.new_code_does_not_fit()
        ),
    ),
    Sample(
        "account-add-key",
        "account/add_security_key.html",
        account.AddKeyPage(**MINE, setup=KEY_SETUP, other_url="/account/add"),
    ),
    Sample(
        "account-add-mail",
        "account/add_mail.html",
        account.AddMailPage(**MINE, setup=MAIL_SETUP, other_url="/account/add"),
    ),
    Sample(
        "account-add-mail-sent",
        "account/add_mail.html",
        account.AddMailPage(
            **MINE, setup=MAIL_SENT, other_url="/account/add", problem=problems.wrong_sent_code()
        ),
    ),
    Sample(
        "account-rename",
        "account/rename.html",
        account.RenameWayPage(
            **MINE,
            kind=WayKind.APP_CODE,
            name="Pixel 8",
            keep_url="/account/",
            problem=problems.name_taken(),
        ),
    ),
    Sample(
        "account-remove",
        "account/confirm.html",
        account.AccountConfirmPage(**MINE, confirm=account.remove_way("Pixel 8", "/account/", last=True)),
    ),
    Sample(
        "account-sessions",
        "account/sessions.html",
        account.SessionsPage(
            **MINE,
            here=account.AccountArea.SESSIONS,
            sessions=(
                account.OwnSession(
                    "s1",
                    FIREFOX,
                    "192.0.2.17",
                    NOW - timedelta(hours=5),
                    (account.Method.PASSWORD, account.Method.CODE),
                    ("Library Portal", "Webmail"),
                    current=True,
                ),
                account.OwnSession(
                    "s2",
                    IPHONE,
                    "198.51.100.4",
                    NOW - timedelta(hours=20),
                    (account.Method.SECURITY_KEY, account.Method.MAIL_CODE),
                    ("Sports Booking",),
                ),
                account.OwnSession("s3", "curl/8", "2001:db8::1", NOW - timedelta(days=3), ()),
            ),
        ),
        "/account/sessions",
    ),
    Sample(
        "account-one-session",
        "account/sessions.html",
        account.SessionsPage(
            **MINE,
            here=account.AccountArea.SESSIONS,
            sessions=(account.OwnSession("s1", FIREFOX, "192.0.2.17", NOW, (), current=True),),
        ),
        "/account/sessions",
    ),
]

INES = {"admin": "Ines Roth", "areas": frozenset(admin.AdminArea), "idle_seconds": 900}
BILAL = {"person": "Bilal Haddad", "person_url": "/admin/users/7"}
SERIAL = "TOTP0012A4F0"


def token(serial: str, name: str, state: TokenState, failures: int = 0) -> admin.TokenLine:
    return admin.TokenLine(
        serial,
        "totp",
        name,
        state,
        failures,
        10,
        NOW - timedelta(days=600),
        NOW - timedelta(days=4) if name else None,
        frozenset(admin.TokenAct),
        f"/admin/tokens/{serial}/delete",
    )


def person(**changes: object) -> admin.PersonPage:
    fixed = {
        "name": "Bilal Haddad",
        "login": "bhaddad",
        "realm": "staff",
        "resolver": "staff-ad",
        "mail": "b.haddad@riverside.example",
        "state": admin.PersonState.ACTIVE,
        "enrol_url": "/admin/users/7/enrol",
    }
    return admin.PersonPage(**INES, **{**fixed, **changes})


REASONS = tuple(reasons.sentences("x"))
EVENTS = (
    reasons.sign_in(
        NOW - timedelta(hours=5), "Library Portal", success=False, reason="wrong_code", token="Work phone"
    ),
    reasons.sign_in(NOW - timedelta(hours=6), "", success=False, reason="something_new"),
    reasons.sign_in(NOW - timedelta(days=4), "VPN", success=True, reason="", token="Work phone"),
    reasons.sign_in(NOW - timedelta(days=5), "Webmail", success=True, reason=""),
)
PORTALS = (
    admin.Registered(
        "https://library.riverside.example/saml/metadata",
        "Library Portal",
        True,
        ("gets: displayName, mail", "certificate until 4 February 2029"),
        frozenset({admin.RowAct.DISABLE, admin.RowAct.DELETE}),
        "/admin/partners/1/delete",
    ),
    admin.Registered("https://old.example/sp", "Old Shop", False, (), frozenset({admin.RowAct.ENABLE})),
    admin.Registered("https://read.example/sp", "Only looked at", True),
)
OPTIONS = (
    admin.Option("mail", "E-mail address", chosen=True),
    admin.Option("displayName"),
    admin.Option("eduPersonScopedAffiliation", "Role, such as student@riverside.example"),
)
ADMIN = [
    Sample("admin", "admin/dashboard.html", admin.DashboardPage(**INES), "/admin/"),
    Sample(
        "admin-desk",
        "admin/dashboard.html",
        admin.DashboardPage(admin="Ed Desk", areas=frozenset({admin.AdminArea.DASHBOARD})),
        "/admin/",
    ),
    Sample("admin-find-begin", "admin/find.html", admin.FindPage(**INES), "/admin/find"),
    Sample(
        "admin-find",
        "admin/find.html",
        admin.FindPage(
            **INES,
            query="ha",
            people=(
                admin.PersonRow(
                    "Bilal Haddad", "bhaddad", "staff", "b.haddad@riverside.example", True, "/admin/users/7"
                ),
                admin.PersonRow("", "hsuzuki", "students", "", False, "/admin/users/8"),
            ),
            more=True,
            silent=("staff-ad", "alumni"),
        ),
        "/admin/find?q=ha",
    ),
    Sample("admin-find-none", "admin/find.html", admin.FindPage(**INES, query="hanna.sz"), "/admin/find"),
    Sample(
        "admin-person",
        "admin/person.html",
        person(
            tokens=(
                token(SERIAL, "Work phone", TokenState.LOCKED, 10),
                token("TOTP0012A4F1", "", TokenState.ACTIVE, 2),
                token("TOTP0012A4F2", "Old phone", TokenState.DISABLED),
            ),
            events=EVENTS,
            sessions=2,
            may_end_sessions=True,
            notice=done.notice("token-disabled"),
        ),
        "/admin/users/7",
    ),
    Sample(
        "admin-person-states",
        "admin/person.html",
        person(
            tokens=tuple(token(f"TOTP{n:08d}", "x", state, n) for n, state in enumerate(TokenState)),
            events=tuple(reasons.sign_in(NOW, "VPN", success=False, reason=reason) for reason in REASONS),
            sessions=1,
        ),
        "/admin/users/7",
    ),
    Sample("admin-person-new", "admin/person.html", person(), "/admin/users/7"),
    Sample(
        "admin-person-locked",
        "admin/person.html",
        person(tokens=(token(SERIAL, "Work phone", TokenState.LOCKED, 10),)),
        "/admin/users/7",
    ),
    Sample(
        "admin-person-disabled",
        "admin/person.html",
        person(name="", state=admin.PersonState.DISABLED, mail=""),
    ),
    Sample(
        "admin-person-waiting",
        "admin/person.html",
        person(state=admin.PersonState.WAITING, waits_until=SOON),
    ),
    Sample("admin-person-waits", "admin/person.html", person(state=admin.PersonState.WAITING, enrol_url="")),
    Sample(
        "admin-enrol", "admin/enrol_choose.html", admin.EnrolForChoosePage(**INES, **BILAL, choices=CHOICES)
    ),
    Sample(
        "admin-enrol-none", "admin/enrol_choose.html", admin.EnrolForChoosePage(**INES, **BILAL, choices=())
    ),
    Sample(
        "admin-enrol-totp",
        "admin/enrol_details.html",
        admin.EnrolForDetailsPage(
            **INES,
            **BILAL,
            kind=WayKind.APP_CODE,
            other_url="/admin/users/7/enrol",
            timed=True,
            details=admin.TokenDetails("Work phone", "sha256", 8, 60),
            problem=problems.unusable("key", "key: not hexadecimal, nor base 32"),
        ),
    ),
    Sample(
        "admin-enrol-hotp",
        "admin/enrol_details.html",
        admin.EnrolForDetailsPage(
            **INES, **BILAL, kind=WayKind.DEVICE_CODE, other_url="/admin/users/7/enrol", pin_needed=True
        ),
    ),
    Sample(
        "admin-enrol-address",
        "admin/enrol_details.html",
        admin.EnrolForDetailsPage(
            **INES, **BILAL, kind=WayKind.MAIL_CODE, other_url="/admin/users/7/enrol", address=MAIL
        ),
    ),
    Sample(
        "admin-enrol-app",
        "admin/enrol_app.html",
        admin.HandOverAppPage(**INES, **BILAL, serial=SERIAL, setup=APP_SETUP, may_skip=True),
    ),
    Sample(
        "admin-enrol-key",
        "admin/enrol_security_key.html",
        admin.HandOverKeyPage(**INES, **BILAL, serial="WAN00017B90", setup=KEY_SETUP),
    ),
    Sample(
        "admin-enrol-mail",
        "admin/enrol_mail.html",
        admin.HandOverMailPage(**INES, **BILAL, serial="PIEM0001", setup=MAIL_SENT, may_skip=True),
    ),
    *(
        Sample(f"admin-{name}", "admin/confirm.html", admin.AdminConfirmPage(**INES, confirm=confirm))
        for name, confirm in (
            ("delete-token", confirmations.delete_token(SERIAL, "Bilal Haddad", "/admin/users/7", last=True)),
            ("delete-other", confirmations.delete_token(SERIAL, "Bilal", "/admin/users/7", last=False)),
            (
                "delete-partner",
                confirmations.delete_partner("https://x/sp", "Library Portal", "/admin/partners"),
            ),
            ("delete-client", confirmations.delete_client("c1", "Webmail", "/admin/clients")),
            ("delete-service", confirmations.delete_service_account("radius", "/admin/service-accounts")),
            ("end-sessions", confirmations.end_sessions("Bilal Haddad", 1, "/admin/users/7")),
        )
    ),
    Sample(
        "admin-partners",
        "admin/partners.html",
        admin.PartnersPage(**INES, rows=PORTALS, add_url="/admin/partners/add"),
        "/admin/partners",
    ),
    Sample(
        "admin-partners-none",
        "admin/partners.html",
        admin.PartnersPage(**INES, rows=(), add_url="/admin/partners/add"),
        "/admin/partners",
    ),
    Sample("admin-clients", "admin/clients.html", admin.ClientsPage(**INES, rows=PORTALS), "/admin/clients"),
    Sample("admin-clients-none", "admin/clients.html", admin.ClientsPage(**INES, rows=()), "/admin/clients"),
    Sample(
        "admin-service-accounts",
        "admin/service_accounts.html",
        admin.ServiceAccountsPage(**INES, rows=PORTALS, add_url="/admin/service-accounts/add"),
        "/admin/service-accounts",
    ),
    Sample(
        "admin-service-accounts-none",
        "admin/service_accounts.html",
        admin.ServiceAccountsPage(**INES, rows=()),
        "/admin/service-accounts",
    ),
    Sample(
        "admin-partner-add",
        "admin/partner_add.html",
        admin.AddPartnerPage(
            **INES,
            own_metadata_url="https://login.riverside.example/saml/metadata",
            list_url="/admin/partners",
            attributes=OPTIONS,
            metadata="<md:EntityDescriptor/>",
            problem=problems.unusable("metadata", "no AssertionConsumerService by POST in it"),
        ),
    ),
    Sample(
        "admin-client-add",
        "admin/client_add.html",
        admin.AddClientPage(
            **INES,
            list_url="/admin/clients",
            scopes=OPTIONS,
            redirect_uris="http://x",
            problem=problems.unusable("redirect_uris", "must be https"),
        ),
    ),
    Sample(
        "admin-client-added",
        "admin/client_added.html",
        admin.ClientAddedPage(
            **INES,
            name="Webmail",
            client_id="kq8Zr0",
            secret="m5Jc3q0Zb2xT7vKf9LwPaUeYdRnHgSo1",
            issuer="https://login.riverside.example",
            list_url="/admin/clients",
        ),
    ),
    Sample(
        "admin-client-added-public",
        "admin/client_added.html",
        admin.ClientAddedPage(
            **INES, name="Phone", client_id="kq8", issuer="https://login.example", list_url="/admin/clients"
        ),
    ),
    Sample(
        "admin-service-account-add",
        "admin/service_account_add.html",
        admin.AddServiceAccountPage(
            **INES, list_url="/admin/service-accounts", rights=OPTIONS, networks="192.0.2.0/24"
        ),
    ),
    Sample(
        "admin-service-account-added",
        "admin/service_account_added.html",
        admin.ServiceAccountAddedPage(
            **INES, name="radius", key="dw_m5Jc3q0Zb2xT7vKf9LwPaUeYd", list_url="/admin/service-accounts"
        ),
    ),
]

PAGES = [*LOGIN, *ERRORS, *ACCOUNT, *ADMIN]
BY_NAME = {sample.name: sample for sample in PAGES}

MAILS = [
    Sample(
        "mail-code", "email/code.txt", mails.CodeMail(code="123456", good_until=SOON, app="Library Portal")
    ),
    Sample("mail-code-bare", "email/code.txt", mails.CodeMail(code="123456", good_until=SOON)),
    Sample(
        "mail-factor",
        "email/factor_added.txt",
        mails.FactorAddedMail(
            name="Pixel 8", at=NOW, address="192.0.2.17", account_url="https://login.example/account/"
        ),
    ),
    Sample("mail-factor-bare", "email/factor_added.txt", mails.FactorAddedMail(name="Pixel 8", at=NOW)),
    Sample(
        "mail-factor-removed",
        "email/factor_removed.txt",
        mails.FactorRemovedMail(
            name="Pixel 8", at=NOW, address="192.0.2.17", account_url="https://login.example/account/"
        ),
    ),
    Sample(
        "mail-factor-removed-bare",
        "email/factor_removed.txt",
        mails.FactorRemovedMail(name="Pixel 8", at=NOW),
    ),
]
