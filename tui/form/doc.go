// Package form turns what a person types at the console into what the API takes, and back, without any screen: addresses
// and masks, lists, host names, tokens, and the text layout that pages share. Every function is pure. What it can judge by
// itself it says as the person types; everything else the agent says (POST /network/preview).
package form
