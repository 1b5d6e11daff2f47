"""Stand-ins for services on the network. The product never imports them."""
