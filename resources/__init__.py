"""What ships beside the code: scenarios, machines, the guide, icons and themes."""
