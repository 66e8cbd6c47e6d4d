"""The throw-away servers themselves: each starts, answers, and ends with its run."""

import os
import signal
import smtplib
import ssl
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from playwright.sync_api import Error as BrowserError

from tests.support import postgresql as postgresql_server
from tests.support import processes
from tests.support.accessibility import findings
from tests.support.certificates import Authority, self_signed
from tests.support.oathtool import hotp, totp
from tests.support.ports import free_port, listening
from tests.support.run import Run
from tests.support.screenshots import screenshots
from tests.support.smtp import smtp_sink
from tests.support.strace import executed, traced

PAGE = """<!doctype html><html lang="en"><head><title>Here</title></head>
<body><main><h1>Here</h1><p><!--#echo var="REQUEST_SCHEME" --></p></main></body></html>"""


def ask(url, *statements):
    """Run the statements in one transaction; the rows of the last."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.exec_driver_sql(statement) for statement in statements]
            return [tuple(row) for row in results[-1]] if results[-1].returns_rows else []
    finally:
        engine.dispose()


def with_a_person(url):
    ask(url, "CREATE TABLE person (name VARCHAR(50))", "INSERT INTO person VALUES ('Zoë')")


def test_a_database_answers_and_keeps_any_letter(database_url):
    with_a_person(database_url)
    assert ask(database_url, "SELECT name FROM person") == [("Zoë",)]


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_database_is_empty_whatever_the_test_before_left(database_url, time):
    with pytest.raises(sa.exc.DBAPIError):
        ask(database_url, "SELECT name FROM person")
    with_a_person(database_url)


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_fresh_database_holds_what_was_prepared_and_no_more(database_url, fresh_database, time):
    url = fresh_database(database_url, with_a_person)
    assert ask(url, "SELECT name FROM person") == [("Zoë",)]
    ask(url, "INSERT INTO person VALUES ('Bob')", "UPDATE person SET name = 'Alice'")


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_fresh_database_is_whole_after_a_test_that_changed_its_tables(database_url, fresh_database, time):
    url = fresh_database(database_url, with_a_person)
    assert ask(url, "SELECT name FROM person") == [("Zoë",)]
    ask(url, "DROP TABLE person")


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_transaction_that_a_test_left_open_holds_up_nobody(database_url, fresh_database, time, request):
    if not database_url.startswith("sqlite"):
        connection = sa.create_engine(fresh_database(database_url, with_a_person)).connect()
        request.addfinalizer(connection.invalidate)
        connection.exec_driver_sql("UPDATE person SET name = 'Carol'")
    assert ask(fresh_database(database_url, with_a_person), "SELECT name FROM person") == [("Zoë",)]


def test_the_statements_of_a_database_are_counted(postgresql_url, counted_statements):
    with_a_person(postgresql_url)
    with counted_statements(postgresql_url) as counted:
        ask(postgresql_url, "UPDATE person SET\n name = 'Bob'", "DELETE FROM person")
    assert counted.statements[-2:] == ["UPDATE person SET\n name = 'Bob'", "DELETE FROM person"]
    assert counted.commits == 1


def test_a_durable_server_writes_to_the_disk(run):
    process, port = postgresql_server.start(run, durable=True, log_statements=False)
    try:
        url = postgresql_server.url(port, "postgres")
        assert ask(url, "SHOW fsync") + ask(url, "SHOW synchronous_commit") == [("on",), ("on",)]
    finally:
        process.stop()
    assert not listening(port)


def message(recipient):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "doorward@idp.example", recipient, "Your code"
    mail.set_content("Ihr Code für heute: 123456\n")
    return mail


def test_a_mail_arrives(smtp_sink):
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port) as client:
        client.send_message(message("alice@idp.example"))
    mail = smtp_sink.wait_for("alice@idp.example")
    assert (mail.text, mail.message["Subject"]) == ("Ihr Code für heute: 123456\n", "Your code")


def test_a_mail_server_can_refuse(smtp_sink):
    smtp_sink.refusal = "451 try later"
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port) as client, pytest.raises(smtplib.SMTPDataError):
        client.send_message(message("alice@idp.example"))
    assert smtp_sink.mails == []


def test_a_mail_server_can_demand_tls_and_a_login(authority):
    certificate, trust = (
        authority.issue("localhost"),
        ssl.create_default_context(cafile=authority.certificate),
    )
    with (
        smtp_sink(certificate, ("doorward", "secret")) as sink,
        smtplib.SMTP("localhost", sink.port) as client,
    ):
        with pytest.raises(smtplib.SMTPException):
            client.send_message(message("alice@idp.example"))
        client.starttls(context=trust)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("doorward", "guess")
        client.login("doorward", "secret")
        client.send_message(message("alice@idp.example"))
        assert sink.wait_for("alice@idp.example").sender == "doorward@idp.example"


def test_apache_serves_over_tls_to_who_trusts_the_authority(apache, authority):
    apache.page("index.html", PAGE)
    apache.serve("DirectoryIndex index.html")
    url = f"https://localhost:{apache.https_port}/"
    trust = ssl.create_default_context(cafile=authority.certificate)
    with urllib.request.urlopen(url, context=trust) as answer:
        assert b"<p>https</p>" in answer.read()
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(url)


OPENID_CONNECT = """
OIDCRedirectURI /back
OIDCCryptoPassphrase throw-away
OIDCClientID app
OIDCProviderIssuer https://localhost/
OIDCProviderAuthorizationEndpoint https://localhost/authorize
OIDCProviderJwksUri https://localhost/jwks
<Location /app>
    AuthType openid-connect
    Require valid-user
</Location>
"""
SAML = """
<Location /mellon>
    MellonEnable info
    MellonEndpointPath /mellon
    MellonSPentityId portal
    MellonSPPrivateKeyFile {portal.key}
    MellonSPCertFile {portal.certificate}
    MellonIdPMetadataFile {folder}/idp.xml
</Location>
"""
IDP_METADATA = """
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="http://localhost/">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
                         Location="http://localhost/saml/sso"/>
  </IDPSSODescriptor>
</EntityDescriptor>
"""


def test_apache_speaks_openid_connect_and_saml(apache):
    (apache.folder / "idp.xml").write_text(IDP_METADATA)
    portal = self_signed(apache.folder / "portal.pem", "portal.localhost")
    apache.serve(OPENID_CONNECT + SAML.format(portal=portal, folder=apache.folder))
    address = f"http://127.0.0.1:{apache.http_port}"
    opener = urllib.request.build_opener(NoRedirects)
    opener.addheaders = [("Accept", "text/html")]
    with opener.open(f"{address}/app") as answer:
        assert answer.headers["Location"].startswith("https://localhost/authorize?response_type=")
    with opener.open(f"{address}/mellon/metadata") as answer:
        assert b'entityID="portal"' in answer.read()


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, request, response, code, text, headers):
        return response


def test_chromium_opens_a_page_over_tls(apache, page):
    apache.page("index.html", PAGE)
    apache.serve()
    page.goto(f"https://portal.localhost:{apache.https_port}/index.html")
    assert page.get_by_role("heading").inner_text() == "Here"
    assert findings(page) == []
    assert all(picture.stat().st_size > 0 for picture in screenshots(page, "self-test"))


def test_axe_finds_an_unlabelled_field(apache, page):
    apache.page("form.html", PAGE.replace("</main>", "<input></main>"))
    apache.serve()
    page.goto(f"http://localhost:{apache.http_port}/form.html")
    assert [finding.partition(":")[0] for finding in findings(page)] == ["label"]


def test_two_visitors_share_no_cookie(apache, visits):
    apache.page("index.html", PAGE)
    apache.serve('Header set Set-Cookie "seen=1"')
    address = f"http://localhost:{apache.http_port}/index.html"
    first, second = visits.page(), visits.page("narrow")
    first.goto(address)
    second.goto(f"{address}?")
    assert second.evaluate("innerWidth") == 390
    first.context.clear_cookies()
    assert (first.evaluate("document.cookie"), second.evaluate("document.cookie")) == ("", "seen=1")


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ("<script>1</script>", "policy: script-src-elem forbids inline"),
        ('<script src="/missing.js"></script>', "status 404: GET http://localhost"),
        ('<script src="/broken.js"></script>', "uncaught: broken"),
        ('<img alt="" src="http://tracker.example/1.png">', "third party: http://tracker.example/1.png"),
    ],
)
def test_what_chromium_complains_about_is_noticed(apache, visits, markup, complaint):
    apache.page("broken.js", "throw new Error('broken')")
    apache.page("index.html", PAGE.replace("</main>", f"{markup}</main>"))
    apache.serve("Header set Content-Security-Policy \"script-src 'self'; img-src *\"")
    visits.page().goto(f"http://localhost:{apache.http_port}/index.html")
    with pytest.raises(AssertionError, match=complaint):
        visits.complaints.verify()
    visits.complaints.expect("")


def test_a_page_answered_with_a_server_error_is_noticed(apache, visits):
    apache.serve("Redirect 503 /index.html\nRedirect 404 /gone.html")
    page = visits.page()
    page.goto(f"http://localhost:{apache.http_port}/gone.html")
    visits.complaints.verify()
    page.goto(f"http://localhost:{apache.http_port}/index.html")
    with pytest.raises(AssertionError, match="status 503"):
        visits.complaints.verify()
    visits.complaints.expect("status 503")


def test_chromium_refuses_a_certificate_of_nobody(run, apache, page, complaints):
    stranger = Authority(run.new_folder("stranger"))
    apache.authority = stranger
    apache.serve()
    complaints.expect("ERR_CERT_AUTHORITY_INVALID")
    with pytest.raises(BrowserError, match="ERR_CERT_AUTHORITY_INVALID"):
        page.goto(f"https://localhost:{apache.https_port}/")


def test_oathtool_agrees_with_the_published_values():
    secret = b"12345678901234567890"
    assert hotp(secret, 1) == "287082"  # RFC 4226, appendix D
    assert totp(secret, datetime.fromtimestamp(59, UTC), digits=8) == "94287082"  # RFC 6238, appendix B


def test_the_programs_that_a_process_starts_are_seen(tmp_path):
    command = [sys.executable, "-S", "-c", "import subprocess; subprocess.run(['/bin/true'])"]
    subprocess.run(traced(command, tmp_path / "record"), check=True)
    assert executed(tmp_path / "record")[-1] == "/bin/true"


OWNER = """
import pathlib, sys
from tests.support import ports, processes
port = sys.argv[1]
server = processes.start(
    [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", port], pathlib.Path(sys.argv[2])
)
server.wait_until(lambda: ports.listening(int(port)))
print("ready", flush=True)
sys.stdin.read()
"""


def test_a_server_ends_when_its_owner_is_killed(tmp_path):
    port = free_port()
    command = [sys.executable, "-c", OWNER, str(port), str(tmp_path / "log")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout.readline() == "ready\n"
        assert listening(port)
        owner.kill()
    assert processes.until(lambda: not listening(port))


def test_a_server_that_does_not_start_shows_its_log(tmp_path):
    process = processes.start(["/bin/sh", "-c", "echo no port; exit 1"], tmp_path / "log")
    with pytest.raises(processes.ServerFailed, match="no port"):
        process.wait_until(lambda: False)


STUBBORN = "trap '' TERM; echo ready; while :; do read line <&3; done 3</dev/zero"


@pytest.fixture
def stubborn(tmp_path):
    process = processes.start(["/bin/sh", "-c", STUBBORN], tmp_path / "log")
    process.wait_until(lambda: "ready" in process.log.read_text())
    yield process
    process.stop()


def test_a_killed_server_is_noticed(stubborn):
    os.kill(stubborn.pid, signal.SIGKILL)
    assert processes.until(lambda: not stubborn.alive())
    with pytest.raises(processes.ServerFailed):
        stubborn.pid  # noqa: B018 - asking is what is tested


def test_a_server_that_will_not_stop_is_killed(stubborn):
    stubborn.stop()
    assert not stubborn.alive()


def test_folders_of_killed_runs_are_removed():
    dead = subprocess.Popen(["/bin/true"])
    dead.wait()
    run = Run.begin()
    leftover = run.folder.with_name(f"doorward-tests-{dead.pid}-x")
    leftover.mkdir()
    Run.begin().end()
    assert run.folder.exists()
    assert not leftover.exists()
    run.end()
    assert not run.folder.exists()
