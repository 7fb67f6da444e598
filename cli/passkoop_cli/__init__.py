"""The `passkoop` command: one file per group of commands, thin doors to the node's rules."""
