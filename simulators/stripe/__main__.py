"""Run the simulator until it is stopped."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from simulators.stripe.simulator import Simulator


def main() -> int:
    """Serve on a port of this machine; 0 once told to stop."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.stripe",
        description="A small, stateful simulator of Stripe's public API.",
    )
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhook-url", default="", help="where events are posted")
    parser.add_argument("--webhook-secret", default="whsec_demo")
    parser.add_argument("--state", type=Path, help="a file that keeps the account")
    asked = parser.parse_args()
    try:
        simulator = Simulator(
            port=asked.port,
            webhook_url=asked.webhook_url,
            webhook_secret=asked.webhook_secret,
            path=asked.state,
        )
    except OSError as error:
        sys.stderr.write(f"Port {asked.port} cannot be used: {error.strerror}.\n")
        return 1
    simulator.start()
    sys.stdout.write(f"Stripe simulator on {simulator.api_base}\n")
    sys.stdout.flush()
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.sigwait(signals)
    simulator.stop()
    return 0


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    sys.exit(main())
