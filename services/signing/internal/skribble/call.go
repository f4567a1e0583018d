package skribble

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// errTokenRefused is the cause of a call with an effect that was made with an outlived token: nothing happened.
var errTokenRefused = errors.New("the token was refused; the next call logs in anew")

// tokenPause is how long to wait before the call with a new token: an outlived one is no reason to go to another vendor.
const tokenPause = time.Second

// maxTokens that one call may use up, its own and those that other callers renewed meanwhile.
const maxTokens = 3

// json makes an authorized call with JSON in and out, each optional.
func (p *Provider) json(ctx context.Context, request vendorhttp.Request, in, out any) error {
	return p.authorized(ctx, request.Effect, func(bearer string) error {
		request.Bearer = bearer
		return p.http.JSON(ctx, request, in, out)
	})
}

// pdf makes an authorized call that is answered with a PDF.
func (p *Provider) pdf(ctx context.Context, request vendorhttp.Request) (io.ReadCloser, error) {
	var file io.ReadCloser
	err := p.authorized(ctx, false, func(bearer string) (err error) {
		request.Bearer = bearer
		file, err = p.http.PDF(ctx, request)
		return err
	})
	return file, err
}

// authorized makes the call with a token, and again with a new one where the old one was refused and the call may be
// repeated. A token that was made for this very call is not at fault, so its refusal is final.
func (p *Provider) authorized(ctx context.Context, effect bool, call func(bearer string) error) error {
	var err error
	for range maxTokens {
		held, tokenErr := p.session.token(ctx)
		if tokenErr != nil {
			return tokenErr
		}
		if err = call(held.secret); !tokenRefused(err) {
			return err
		}
		if dropErr := p.session.drop(ctx, held); dropErr != nil {
			return dropErr
		}
		if held.fresh {
			return err
		}
		if effect {
			return &signature.UnavailableError{RetryAfter: tokenPause, Cause: errTokenRefused}
		}
	}
	return err
}
