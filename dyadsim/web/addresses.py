"""Names and addresses of this machine: where phones find the page, which Host headers it answers.

A web page elsewhere can give its own name the address of this machine; the Host header then still
holds that name, and the request is refused.
"""

import ipaddress
import socket

LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
ANY_HOSTS = ("", "0.0.0.0", "::")  # listen on every address of the machine
DOCUMENTATION = ("192.0.2.1", 9)  # RFC 5737: reserved, and nothing is sent to it


def host_of(header: str) -> str:
    """Return the name or address in a Host header, without port and brackets.

    Parameters
    ----------
    header
        As sent; "" if there was none.

    Returns
    -------
    str
        In lower case; "" if it cannot be read.

    Examples
    --------
    >>> host_of("[::1]:8765"), host_of("Lab-7.local:8765"), host_of("10.0.0.4")
    ('::1', 'lab-7.local', '10.0.0.4')
    """
    text = header.strip().lower()
    if text.startswith("["):
        inside, bracket, _ = text[1:].partition("]")
        return inside if bracket else ""
    name, _, port = text.partition(":")
    return name.rstrip(".") if not port or port.isdigit() else ""


def plain_address(text: str) -> str:
    """Return an IP address in its usual form, IPv4 inside IPv6 as IPv4; "" if it is none.

    Examples
    --------
    >>> plain_address("::ffff:127.0.0.1"), plain_address("0:0::1"), plain_address("evil.example")
    ('127.0.0.1', '::1', '')
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    inside = getattr(address, "ipv4_mapped", None)
    return str(inside or address)


def is_loopback(text: str) -> bool:
    """Return whether an address is this machine's own, which no other machine can use.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("192.168.1.4")
    (True, True, False)
    """
    address = plain_address(text)
    return bool(address) and ipaddress.ip_address(address).is_loopback


def own_names() -> set[str]:
    """Return the names of this machine: its host name, with `.local` and with its domain."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return {name, short, f"{short}.local", socket.getfqdn().lower()} - {""}


def network_address() -> str | None:
    """Return the address at which other machines reach this one; None without a network.

    The system is asked which of its addresses it would use; nothing is sent.
    """
    for family, target in (
        (socket.AF_INET, DOCUMENTATION),
        (socket.AF_INET6, ("2001:db8::1", 9)),  # RFC 3849: reserved too
    ):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect(target)
                address = str(probe.getsockname()[0])
        except OSError:
            continue
        if not is_loopback(address):
            return address
    return None


def web_address(host: str, port: int) -> str:
    """Return the address of a page.

    Examples
    --------
    >>> web_address("::1", 8765), web_address("10.0.0.4", 80)
    ('http://[::1]:8765/', 'http://10.0.0.4/')
    """
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}/" if port == 80 else f"http://{name}:{port}/"


def is_own_host(header: str, reached: str, names: frozenset[str]) -> bool:
    """Return whether a Host header names this machine.

    Parameters
    ----------
    header
        As sent.
    reached
        The address of this machine at which the request came in.
    names
        Further names and addresses that are this machine's.

    Returns
    -------
    bool
        A name must be known; an address must be known, or be the one at which the request came in.

    Examples
    --------
    >>> is_own_host("10.0.0.4:8765", "10.0.0.4", frozenset({"localhost"}))
    True
    >>> is_own_host("evil.example:8765", "10.0.0.4", frozenset({"localhost"}))
    False
    """
    host = host_of(header)
    address = plain_address(host)
    return bool(host) and (host in names or address in ({plain_address(reached), *names} - {""}))
