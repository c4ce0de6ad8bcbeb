"""index.html of a class: its statistics and the page that shows them."""
