package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/countersign/countersign/services/internal/fault"
)

// rawBody is a request's body that knows its content type: the decoder sees nothing else of the request. There the decoder
// notes what is wrong with it.
type rawBody struct {
	io.Reader
	contentType string
	broken      *fault.Violation
}

// Close does nothing: the bytes are in memory.
func (rawBody) Close() error { return nil }

// marshaler speaks JSON, except that a body of type HttpBody is taken as it came, whatever it is. The library's own one
// decodes even those as JSON, which would break every signature over them.
type marshaler struct{ runtime.JSONPb }

func newMarshaler() *marshaler {
	return &marshaler{runtime.JSONPb{
		MarshalOptions:   protojson.MarshalOptions{EmitUnpopulated: true},
		UnmarshalOptions: protojson.UnmarshalOptions{DiscardUnknown: false},
	}}
}

// NewDecoder returns a decoder of one body.
func (m *marshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(target any) error {
		data, err := io.ReadAll(r)
		if err != nil {
			return fmt.Errorf("read the body: %w", err)
		}
		body, typed := r.(rawBody)
		if raw, ok := target.(**httpbody.HttpBody); ok {
			*raw = &httpbody.HttpBody{Data: data, ContentType: body.contentType}
			return nil
		}
		err = m.JSONPb.NewDecoder(bytes.NewReader(data)).Decode(target)
		if err == nil && !json.Valid(data) { // the library reads the first value and leaves what follows
			err = errors.New("the body is more than one JSON value")
		}
		if message, ok := target.(proto.Message); ok && typed && err != nil && !errors.Is(err, io.EOF) {
			*body.broken = violation(message.ProtoReflect().Descriptor(), data, "")
		}
		return err
	})
}
