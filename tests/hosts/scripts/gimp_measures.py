"""Seconds that a large layer takes through Velatura, and that its bytes take without: read, echo by a socket, write."""

import socket
import subprocess
import time

from gi.repository import Gegl, Gimp

ECHO = """
import socket, sys
there = socket.socket(fileno=int(sys.argv[1]))
data = bytearray(int(sys.argv[2]))
view = memoryview(data)
while True:
    got = 0
    while got < len(data):
        count = there.recv_into(view[got:])
        if not count:
            sys.exit()
        got += count
    there.sendall(data)
"""
FORM = "R'G'B'A u8"


def main(stage):
    side, times = stage.arguments["side"], stage.arguments["times"]
    small, large = _image(64), _image(side)
    stage.call("velatura-run", **_call(small))  # the daemon is there, and its worker
    seen = {"small": [], "large": [], "bare": []}
    for _ in range(times):
        seen["small"].append(_seconds(stage.call, "velatura-run", **_call(small)))
        seen["large"].append(_seconds(stage.call, "velatura-run", **_call(large)))
        fresh = large.duplicate()  # what this process has written itself it need not read from GIMP
        with _Echo(side * side * 4) as echo:
            seen["bare"].append(_seconds(_bare, fresh, echo))
    return seen


def _image(side):
    image = Gimp.Image.new(side, side, Gimp.ImageBaseType.RGB)
    layer = _layer(image, side)
    image.insert_layer(layer, None, 0)
    row = bytes(range(256)) * (side * 4 // 256 or 1)
    whole = Gegl.Rectangle.new(0, 0, side, side)
    layer.get_buffer().set(whole, FORM, row[: side * 4] * side)
    layer.get_buffer().flush()
    return image


def _layer(image, side):
    kind, normal = Gimp.ImageType.RGBA_IMAGE, Gimp.LayerMode.NORMAL
    return Gimp.Layer.new(image, "Layer", side, side, kind, 100, normal)


def _call(image):
    layers = image.get_layers()
    return {"image": image, "drawables": layers[-1:], "request": '{"engine": "identity"}'}


def _bare(image, echo):
    layer = image.get_layers()[-1]
    whole = Gegl.Rectangle.new(0, 0, layer.get_width(), layer.get_height())
    data = layer.get_buffer().get(whole, 1.0, FORM, Gegl.AbyssPolicy.NONE)
    new = _layer(image, layer.get_width())
    new.get_buffer().set(whole, FORM, bytes(echo.back(data)))
    new.get_buffer().flush()
    image.insert_layer(new, None, 0)


class _Echo:
    def __init__(self, size):
        here, there = socket.socketpair()
        self.here, self.view = here, memoryview(bytearray(size))
        words = ["python3", "-c", ECHO, str(there.fileno()), str(size)]
        self.process = subprocess.Popen(words, pass_fds=[there.fileno()])
        there.close()
        here.sendall(self.view), self._read()  # it is there

    def back(self, data):
        self.here.sendall(data)
        self._read()
        return self.view

    def _read(self):
        got = 0
        while got < len(self.view):
            got += self.here.recv_into(self.view[got:])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.here.close()
        self.process.wait()


def _seconds(act, *what, **how):
    began = time.monotonic()
    act(*what, **how)
    return time.monotonic() - began
