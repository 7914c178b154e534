package catalog

// usualTypes are what events are mostly called that a plan need not name: those of the recommended events of Google Analytics 4, of
// Segment's specification and of PostHog, in their spelling. A profile remembers each event of the last day with its type, and
// writes one that it knows beforehand in a byte. New ones go behind the others: an order that changes is another layout.
var usualTypes = []string{
	"page_view", "product_view", "view_item", "view_item_list", "select_item", "search", "click", "scroll", "context",
	"add_to_cart", "remove_from_cart", "view_cart", "begin_checkout", "add_shipping_info", "add_payment_info", "purchase", "refund",
	"add_to_wishlist", "view_promotion", "select_promotion", "login", "logout", "sign_up", "share", "first_visit", "session_start",
	"user_engagement", "generate_lead", "form_submit", "video_start", "video_complete", "file_download",
	"page", "screen", "track", "identify", "Product Viewed", "Products Searched", "Product Added", "Product Removed", "Cart Viewed",
	"Checkout Started", "Order Completed", "$pageview", "$pageleave", "$autocapture", "page_ping",
}
