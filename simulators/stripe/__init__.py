"""A small, stateful simulator of Stripe's public API.

    python -m simulators.stripe --port 12111 --webhook-url URL --webhook-secret whsec_x

`simulators.stripe.testing.run_simulator` runs it inside a test. What it does not simulate
it refuses with an error that names the parameter; it never ignores one silently.
"""
