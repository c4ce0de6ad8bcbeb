"""Our own hostile submissions, canaries that notice when one gets through, and a scoreboard for each sandbox."""
