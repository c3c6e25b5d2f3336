"""A worker's channel to the broker: orders, and a thread that talks while it computes."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass, field
from typing import Any

import zmq

from velatura.serve.worker.settings import WorkerSettings
from velatura_link.messages import Header, pack_header, unpack_header


@dataclass(eq=False)
class Order:
    """One job as a worker sees it: ``job`` names this attempt, ``of`` the client's job."""

    header: Header
    cancelled: threading.Event = field(default_factory=threading.Event)
    finishing: threading.Event = field(default_factory=threading.Event)

    @property
    def job(self) -> bytes:
        return bytes(self.header["job"])

    @property
    def of(self) -> bytes:
        return bytes(self.header["of"])

    @property
    def interactive(self) -> bool:
        return bool(self.header["priority"] == "interactive")


class Channel:
    """The connection to the broker, in a thread of its own."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.orders: queue.Queue[Order | None] = queue.Queue()
        self._token = settings.token
        self._known: dict[bytes, Order] = {}
        self._context: zmq.Context[Any] = zmq.Context()
        self._outbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._wake_in = self._context.socket(zmq.PAIR)
        self._wake_in.bind("inproc://wake")
        self._wake_out = self._context.socket(zmq.PAIR)
        self._wake_out.connect("inproc://wake")
        self._endpoint = settings.endpoint
        threading.Thread(target=self._talk, name="channel", daemon=True).start()

    def send(self, header: Header) -> None:
        """Tell the broker something; only the computing thread calls this."""
        self._outbox.put(pack_header({**header, "token": self._token}))
        self._wake_out.send(b"")

    def forget(self, order: Order) -> None:
        """``order`` is finished."""
        self._known.pop(order.job, None)

    def _talk(self) -> None:
        socket = self._context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 1000)
        socket.connect(self._endpoint)
        poller = zmq.Poller()
        poller.register(socket, zmq.POLLIN)
        poller.register(self._wake_in, zmq.POLLIN)
        while True:
            ready = dict(poller.poll())
            if self._wake_in in ready:
                self._wake_in.recv()
                socket.send(self._outbox.get())
            if socket in ready:
                self._hear(unpack_header(socket.recv()))

    def _hear(self, header: Header) -> None:
        if header["t"] == "run":
            order = Order(header)
            self._known[order.job] = order
            self.orders.put(order)
        elif header["t"] == "cancel":
            known = self._known.get(header["job"])
            if known is not None:
                known.cancelled.set()
        elif header["t"] == "finish":
            known = self._known.get(header["job"])
            if known is not None:
                known.finishing.set()
        elif header["t"] == "quit":
            for order in list(self._known.values()):
                order.cancelled.set()
            self.orders.put(None)
