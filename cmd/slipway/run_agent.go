package main

import (
	"context"
	"errors"
)

func runAgent(context.Context, string) error { return errors.New("todo") }
