// Package gateway is the HTTP front: routes from the contracts, webhook bodies byte for byte, limits, deadlines, a JSON
// API and its description, and documents for people who hold a link. It holds no vendor's secret and no state, and knows
// no business.
//
// What a caller sends as headers does not become metadata, but for a short list. What it sends as body reaches the
// webhook services unread: signatures are checked over raw bytes, and that is the owner's job.
package gateway
