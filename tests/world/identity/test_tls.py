"""Whom a resolver talks to: nobody but the server that the trust store vouches for (NET-03)."""

import datetime
import socket
import threading

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mfa_engine.identity.resolvers.base import ResolverUnavailable
from mfa_engine.identity.resolvers.ldap.tls import VerifiedTls
from tests.support.certificates import Authority, ServerCertificate
from tests.support.slapd import SERVICE_PASSWORD


def expired(authority, folder) -> ServerCertificate:
    week_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=7)
    with time_machine.travel(week_ago):
        return authority.issue("expired", "localhost", "127.0.0.1")


def of_another_host(authority, folder) -> ServerCertificate:
    return authority.issue("ldap.example.org", "127.0.0.2")


def of_another_authority(authority, folder) -> ServerCertificate:
    return Authority(folder).issue("localhost", "127.0.0.1")


def self_signed(authority, folder) -> ServerCertificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = ServerCertificate(folder / "self.pem", folder / "self.key")
    files.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


@pytest.mark.parametrize("protection", ["ldaps", "starttls"])
@pytest.mark.parametrize("wrong", [expired, of_another_host, of_another_authority, self_signed])
def test_NET_03_a_server_with_a_wrong_certificate_is_told_no_password(
    own_slapd, resolver_for, authority, slapd, tmp_path, protection, wrong
):
    server = own_slapd(certificate=wrong(authority, tmp_path))
    resolver = resolver_for(server, servers=[server.tls_url if protection == "ldaps" else server.url])
    alice = resolver_for(slapd).find("alice")
    with pytest.raises(ResolverUnavailable) as raised:
        resolver.find("alice")
    assert "CERTIFICATE_VERIFY_FAILED" in raised.value.reason
    with pytest.raises(ResolverUnavailable):
        resolver.check_password(alice, "alice password")
    server.logged(r"(conn=\d+ fd=\d+ closed)", count=2)
    assert "BIND dn=" not in server.log.read_text()


def test_NET_03_a_server_is_verified_by_its_address_too(slapd, resolver_for):
    by_address = f"ldaps://127.0.0.1:{slapd.tls_port}"
    assert resolver_for(slapd, servers=[by_address]).find("alice").login == "alice"


def test_NET_03_without_a_trust_store_of_its_own_the_systems_counts(slapd, resolver_for):
    with pytest.raises(ResolverUnavailable, match="does not answer"):
        resolver_for(slapd, ca_file="").find("alice")


def test_NET_03_a_trust_store_that_cannot_be_read_is_an_outage_of_this_directory(slapd, resolver_for):
    with pytest.raises(ResolverUnavailable) as raised:
        resolver_for(slapd, ca_file="/nowhere/ca.pem").find("alice")
    assert "trust store /nowhere/ca.pem cannot be read" in raised.value.reason


@pytest.mark.parametrize("result", [2, 53])
def test_NET_03_a_server_without_starttls_is_told_no_password(slapd, resolver_for, result):
    heard = []

    def refuse_tls(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            request = connection.recv(4096)
            heard.append(request)
            # LDAPMessage of the same id holding an ExtendedResponse with that result (RFC 4511, 4.12)
            protocol_op = bytes([0x78, 7, 0x0A, 1, result, 4, 0, 4, 0])
            message_id = request[2 : 4 + request[3]]
            body = message_id + protocol_op
            connection.sendall(bytes([0x30, len(body)]) + body)
            while more := connection.recv(4096):
                heard.append(more)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse_tls, args=(listener,))
        thread.start()
        resolver = resolver_for(slapd, servers=[f"ldap://127.0.0.1:{listener.getsockname()[1]}"])
        with pytest.raises(ResolverUnavailable) as raised:
            resolver.find("alice")
        thread.join(10)
    assert "startTLS failed" in raised.value.reason
    assert b"1.3.6.1.4.1.1466.20037" in heard[0]
    assert SERVICE_PASSWORD.encode() not in b"".join(heard)


def test_NET_03_a_library_that_does_not_start_tls_after_all_is_given_no_password(
    own_slapd, resolver_for, monkeypatch
):
    server = own_slapd()
    monkeypatch.setattr(VerifiedTls, "start_tls", lambda tls, connection: False)
    with pytest.raises(ResolverUnavailable) as raised:
        resolver_for(server, servers=[server.url]).find("alice")
    assert "does not start TLS" in raised.value.reason
    server.logged(r"(conn=\d+ fd=\d+ closed)")
    assert "BIND dn=" not in server.log.read_text()
