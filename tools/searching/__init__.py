"""What a search for hyper-parameters is made of: its space, its study, its summary."""
