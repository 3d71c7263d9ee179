"""The guidance panel: first plain rows made from an assessment, then widgets that show them."""
