"""The page of transition requests: what waits for whom, the evidence, the decision and the trail."""

from bakehouse.pages.reviews.page import ReviewsPage

__all__ = ["ReviewsPage"]
