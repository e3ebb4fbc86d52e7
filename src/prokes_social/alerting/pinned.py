"""A host's name in, a connection to an address that was looked at out: resolved once, so no later answer can differ.

A webhook's address is text that somebody typed, and the name in it is answered by somebody else's server: without
this a name could lead to the database or a cloud's metadata service next door, at the first look or at the second.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prokes_social.alerting.notice import NotTold
from prokes_social.i18n import _

Resolve = Callable[[str, int], Iterable[str]]

#: IPv6 addresses given to the public; all others, and those below, carry IPv4 addresses inside or stay at home.
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
_CARRY_V4 = (ipaddress.ip_network("2001::/32"), ipaddress.ip_network("2002::/16"))


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """Resolves a name and connects to what it was at that moment."""

    allow_private: bool = False
    resolve: Resolve = lambda host, port: _addresses(host, port)

    def connect(self, host: str, port: int, timeout: float) -> socket.socket:
        """A TCP connection; seconds. Raises NotTold where the name leads inside or nowhere, OSError where nobody is."""
        addresses = self._looked_at(host, port)
        failure: OSError | None = None
        for address in addresses:
            try:
                return socket.create_connection((address, port), timeout=timeout)
            except OSError as error:
                failure = error
        raise failure or OSError("no address")

    def _looked_at(self, host: str, port: int) -> list[str]:
        try:
            addresses = list(dict.fromkeys(self.resolve(host, port)))
        except (OSError, UnicodeError) as error:
            raise NotTold(_("{host} is not known: {reason}", host=host, reason=error)) from error
        # One inside address among public ones is a trick, not an accident: none of them is used.
        inside = [each for each in addresses if not (self.allow_private or is_public(each))]
        if inside:
            raise NotTold(_("{host} leads to {address}, which is not public", host=host, address=inside[0]))
        return addresses


def is_public(address: str) -> bool:
    """Whether the whole world reaches the same machine under this address."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped
        if inner is None:
            return found.is_global and found in _PUBLIC_V6 and not any(found in each for each in _CARRY_V4)
        found = inner
    return found.is_global and not found.is_multicast


def _addresses(host: str, port: int) -> Iterable[str]:
    return (str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
