"""What the methods of several families have in common."""
