package gateway

import (
	"fmt"
	"io"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/protobuf/encoding/protojson"
)

// rawBody is a request's body that knows its content type: the decoder sees nothing else of the request.
type rawBody struct {
	io.Reader
	contentType string
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
	json := m.JSONPb.NewDecoder(r)
	return runtime.DecoderFunc(func(target any) error {
		raw, ok := target.(**httpbody.HttpBody)
		if !ok {
			return json.Decode(target)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return fmt.Errorf("read the body: %w", err)
		}
		*raw = &httpbody.HttpBody{Data: data}
		if typed, ok := r.(rawBody); ok {
			(*raw).ContentType = typed.contentType
		}
		return nil
	})
}
