"""The one session under both libraries: what left, what did not, and where it may go."""

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import create_server, socket

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from prokes_social.platforms._failures import Call, Kind
from prokes_social.platforms._session import ForeignAddress, Session

ORIGIN = "https://api.vendor.example"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Listener:
    """A server that answers each connection as the test says; counts connections and keeps what it was sent."""

    def __init__(self, behave: Callable[[socket, "Listener"], None]) -> None:
        self.received: list[bytes] = []
        self.connections = 0
        self._behave = behave
        self._socket = create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _peer = self._socket.accept()
                self.connections += 1
                with connection, contextlib.suppress(OSError):
                    self._behave(connection, self)

    def close(self) -> None:
        self._socket.close()

    def read(self, connection: socket) -> None:
        self.received.append(connection.recv(65536))


Listen = Callable[[Callable[[socket, Listener], None]], Listener]


@pytest.fixture
def listen() -> Iterator[Listen]:
    opened: list[Listener] = []

    def start(behave: Callable[[socket, Listener], None]) -> Listener:
        opened.append(Listener(behave))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def _session(url: str, read_timeout: float = 0.5) -> Session:
    return Session({ORIGIN: url}, connect_timeout=0.5, read_timeout=read_timeout, uptime=time.monotonic)


def _answer(text: bytes) -> Callable[[socket, Listener], None]:
    def behave(connection: socket, listener: Listener) -> None:
        listener.read(connection)
        connection.sendall(text)

    return behave


def test_requests_to_the_built_in_origin_go_where_the_account_lives(listen: Listen) -> None:
    listener = listen(_answer(OK))
    with _session(listener.url) as session:
        answer = session.request("GET", f"{ORIGIN}/2/users/me", params={"a": "b c"})
        assert answer.json() == {}
        assert session.last is answer
        assert session.reached
    assert listener.received[0].startswith(b"GET /2/users/me?a=b+c HTTP/1.1\r\n")
    assert listener.url.removeprefix("http://").encode() in listener.received[0]


def test_another_host_is_refused_before_anything_leaves(listen: Listen) -> None:
    listener = listen(_answer(OK))
    with _session(listener.url) as session:
        with pytest.raises(ForeignAddress):
            session.request("GET", "https://elsewhere.example/token")
        assert not session.reached
    assert listener.connections == 0


def test_a_redirect_is_an_answer_and_is_not_followed(listen: Listen) -> None:
    elsewhere = listen(_answer(OK))
    location = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n".encode()
    listener = listen(_answer(location))
    with _session(listener.url) as session:
        assert session.request("POST", f"{ORIGIN}/2/tweets", json={}, allow_redirects=True).status_code == 307
    assert elsewhere.connections == 0


def test_proxies_and_passwords_of_the_environment_are_ignored(
    listen: Listen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login budi password rahasia\n")
    monkeypatch.setenv("NETRC", str(netrc))
    proxy = listen(_answer(OK))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    listener = listen(_answer(OK))
    with _session(listener.url) as session:
        session.request("GET", f"{ORIGIN}/")
    assert proxy.connections == 0
    assert b"authorization" not in listener.received[0].lower()


def test_each_request_has_a_connection_of_its_own(listen: Listen) -> None:
    """On a kept one nothing would tell whether the bytes have left."""

    def keep_alive(connection: socket, listener: Listener) -> None:
        connection.settimeout(1)
        while request := connection.recv(65536):
            listener.received.append(request)
            connection.sendall(OK)

    listener = listen(keep_alive)
    with _session(listener.url) as session:
        for _time in range(2):
            session.request("GET", f"{ORIGIN}/")
            assert session.reached
    assert listener.connections == 2


def test_what_the_server_cut_off_is_not_sent_again(listen: Listen) -> None:
    listener = listen(lambda connection, listener: listener.read(connection))
    with _session(listener.url) as session:
        with pytest.raises(requests.ConnectionError):
            session.request("POST", f"{ORIGIN}/2/tweets", json={"text": "halo"})
        assert session.reached
        assert session.last is None
    time.sleep(0.05)
    assert listener.connections == 1


def test_a_server_that_never_answers_is_given_up(listen: Listen) -> None:
    listener = listen(lambda connection, listener: (listener.read(connection), time.sleep(1.5))[0])
    started = time.monotonic()
    with _session(listener.url, read_timeout=0.3) as session:
        with pytest.raises(requests.ReadTimeout):
            session.request("POST", f"{ORIGIN}/2/tweets", json={})
        assert session.reached
    assert time.monotonic() - started < 1
    assert listener.connections == 1


def test_an_answer_that_drips_is_given_up_in_time(listen: Listen) -> None:
    def drip(connection: socket, listener: Listener) -> None:
        listener.read(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _second in range(30):
            time.sleep(0.1)
            connection.sendall(b".")

    started = time.monotonic()
    with _session(listen(drip).url, read_timeout=0.3) as session:
        with pytest.raises(requests.ReadTimeout):
            session.request("POST", f"{ORIGIN}/2/tweets", json={})
        assert session.reached
    assert time.monotonic() - started < 1.5


def test_a_chunked_and_compressed_answer_is_read_whole(listen: Listen) -> None:
    import gzip

    body = gzip.compress(b'{"data": {"id": "1"}}')
    half = len(body) // 2
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (body[:half], body[half:])) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    with _session(listen(_answer(head + pieces)).url) as session:
        assert session.request("GET", f"{ORIGIN}/").json() == {"data": {"id": "1"}}


def test_a_large_upload_has_more_time_than_connecting(listen: Listen) -> None:
    """urllib3 sends under the connect timeout; an office's slow line needs longer for a picture."""

    def read_slowly(connection: socket, listener: Listener) -> None:
        connection.settimeout(3)
        time.sleep(0.8)
        seen = 0
        while seen < 12_000_000:
            seen += len(connection.recv(1 << 20))
        connection.sendall(OK)

    with _session(listen(read_slowly).url, read_timeout=3) as session:
        assert session.request("POST", f"{ORIGIN}/upload", data=b"0" * 12_000_000).ok


# --- TLS: what failed in the handshake was not sent ---


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_certificate_nobody_vouches_for_means_not_sent(listen: Listen, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def shake_hands(connection: socket, listener: Listener) -> None:
        with contextlib.suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as secured:
            listener.received.append(secured.recv(65536))

    listener = listen(shake_hands)
    with _session(listener.url.replace("http", "https")) as session:
        with pytest.raises(requests.exceptions.SSLError):
            session.request("POST", f"{ORIGIN}/2/tweets", json={})
        assert not session.reached
    assert not any(listener.received)


def test_a_tls_failure_after_the_handshake_may_have_been_sent(listen: Listen, certificate: Path) -> None:
    """requests calls this an SSLError too; only the connection knows that the handshake was done."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def spoil(connection: socket, listener: Listener) -> None:
        plain = connection.dup()
        secured = context.wrap_socket(connection, server_side=True)
        listener.received.append(secured.recv(65536))
        plain.sendall(b"this is no TLS record at all, and much too long to be mistaken for one")
        plain.close()
        time.sleep(0.2)

    listener = listen(spoil)
    with _session(listener.url.replace("http", "https")) as session:
        session.verify = str(certificate)
        with pytest.raises(requests.exceptions.SSLError):
            session.request("POST", f"{ORIGIN}/2/tweets", json={})
        assert session.reached
    assert listener.received[0].startswith(b"POST /2/tweets")


def test_a_connection_cut_during_the_handshake_means_not_sent(listen: Listen) -> None:
    listener = listen(lambda connection, listener: listener.read(connection))
    with _session(listener.url.replace("http", "https")) as session:
        with pytest.raises(requests.RequestException):
            session.request("POST", f"{ORIGIN}/2/tweets", json={})
        assert not session.reached


@pytest.mark.parametrize(
    "said",
    [
        'refused: OAuth oauth_consumer_key="kenari", oauth_token="kenari2"',
        "GET https://graph.example/v26.0/me?access_token=kenari",
        '{"client_secret": "kenari"}',
    ],
)
def test_a_platforms_words_are_told_without_what_stands_where_tokens_stand(said: str) -> None:
    call = Call(platform="X", account="x-kab", kind=Kind.PUBLIC, secrets=())
    assert "kenari" not in call.clean(said)
