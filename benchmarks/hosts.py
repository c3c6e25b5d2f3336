"""What the plugins cost Krita and GIMP, always beside what the same pixels cost the host by itself.

    python -m benchmarks.hosts [--only-krita | --only-gimp]

The real hosts, in the root that `python -m tests.hosts.root` makes. Times are of what is seen: from Apply until the
host has composited the layer.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from statistics import median
from typing import Any

from tests.hosts import gimp_plugin, krita_plugin
from tests.hosts.display import Display, open_display
from tests.hosts.harness import SCRIPTS, Gimp, Krita
from tests.hosts.inside import Inside
from tests.hosts.profiles import Profile, open_profile
from tests.hosts.root import SUITE, root_path

from velatura.contract import manifest

SIDES = (2048, 4096)
ROUNDS = 5
HOSTS = ("krita", "gimp")
PATIENCE = 600.0


def main(hosts: Iterable[str] = HOSTS) -> None:
    root = root_path(os.environ.get("VELATURA_HOSTS_SUITE", SUITE))
    if os.geteuid() or not root.is_dir():
        print("not measured: needs the superuser and both hosts (python -m tests.hosts.root)")
        return
    engines = manifest.build()
    with open_display(Inside(root)) as display:
        for host in hosts:
            with open_profile(root) as profile:
                {"krita": in_krita, "gimp": in_gimp}[host](profile, display, engines)


def in_krita(profile: Profile, display: Display, engines: manifest.Manifest) -> None:
    """How long Krita's interface stands still, and how long the way there and back takes."""
    krita_plugin.install(profile, engines)
    options: dict[str, Any] = {"sides": SIDES, "rounds": ROUNDS, "preview": True}
    script = SCRIPTS / "krita_measures.py"
    seen = Krita(profile, display).play(script, timeout=PATIENCE, **options).value
    for side in SIDES:
        rounds = seen[str(side)]
        if not all(each["right"] and each["seen"] for each in rounds):
            raise SystemExit(f"Krita, {side}²: the canvas does not show what was painted.")
        middle = {name: median(each[name] for each in rounds) for name in rounds[0]}
        ours, own = middle["landing"], middle["bare landing"]
        more = middle["ours"] / middle["bare"]
        print(f"Krita, {side}², medians of {len(rounds)}:")
        print(f"  inserted      {ours:6.0f} ms  {ours / own:5.2f} × Krita's own {own:.0f} ms")
        print(f"  there, back   {middle['ours']:6.2f} s   {more:5.2f} × the same bytes by a socket")
        print(
            f"  stands still  {middle['running']:6.0f} ms  the longest stop until the layer is inserted"
        )
        refining = seen["refining"][str(side)]
        print(
            f"  refining      {refining['refining']:6.0f} ms  at most; {refining['resting']:.0f} ms at rest,"
            f" {refining['inserting']:.0f} ms to replace the layer"
        )
    for side, times in seen["preview"].items():
        print(f"  preview of {side} px {median(times):6.2f} s  from a slider's move")


def in_gimp(profile: Profile, display: Display, engines: manifest.Manifest) -> None:
    """How long a large layer takes through the plug-in, and its bytes without it."""
    gimp_plugin.install(profile, engines)
    options: dict[str, Any] = {"side": SIDES[-1], "times": ROUNDS}
    script = SCRIPTS / "gimp_measures.py"
    seen = Gimp(profile, display).play(script, timeout=PATIENCE, **options).value
    small, large, bare = (median(seen[name]) for name in ("small", "large", "bare"))
    print(f"GIMP, {SIDES[-1]}², medians of {len(seen['bare'])}:")
    print(f"  there, back   {large:6.2f} s   {large / bare:5.2f} × the same bytes by a socket")
    print(f"  of 64²        {small:6.2f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hosts", description=__doc__)
    alone = parser.add_mutually_exclusive_group()
    for name in HOSTS:
        alone.add_argument(f"--only-{name}", action="store_const", const=(name,), dest="hosts")
    main(parser.parse_args().hosts or HOSTS)
