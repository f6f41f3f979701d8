"""What listening costs a machine, with what it could cost at least and what others pay, side by side."""
