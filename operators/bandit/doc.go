// Package bandit is Thompson sampling: of several offers the one is chosen whose rate of success, drawn from what is known of it,
// is the greatest. So each is chosen as often as it is likely to be the best (W. R. Thompson, "On the likelihood that one
// unknown probability exceeds another in view of the evidence of two samples", Biometrika 25, 1933).
//
// It is mathematics: pure functions of numbers. Chance comes in as a number, and what is known of the rates is given: nothing
// here learns. gonum has the incomplete beta function and the nodes of Gauss and Legendre; it is itself pure Go without I/O.
package bandit
