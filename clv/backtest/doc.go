// Package backtest measures how well the value room would have predicted: it goes back to past days, fits on
// what was known then, predicts and compares with what followed. It chooses the models in use by their score
// out of time and learns from past errors how wide the bands have to be. It is pure and may import the root
// package, the other packages of this room, the standard library and gonum.
//
// An origin is the day up to which everything was known; a horizon is the time after it that is predicted;
// an origin with one of its horizons is a test. Nothing after an origin reaches a fit or a prediction, and
// what is learned for an origin comes from tests that had ended by then.
package backtest
