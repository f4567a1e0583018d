package archive_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/countersign/countersign/services/internal/prerequisite"
)

// s3Server is versitygw, a real S3 server over a folder. It keeps every object in a file of its own name.
type s3Server struct {
	*s3.Client
	endpoint string
	folder   string
}

const (
	accessKey = "archive-test"
	secretKey = "archive-test-secret"
	region    = "eu-test-1"
)

// startS3 starts the server for one test, with the credentials in the environment that the archive reads.
func startS3(t *testing.T) *s3Server {
	t.Helper()
	program := prerequisite.Program(t, "COUNTERSIGN_S3_SERVER", "versitygw", "run `make bin/versitygw`")
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_REGION": "", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	s := &s3Server{folder: t.TempDir()}
	address := freeAddress(t)
	s.endpoint = "http://" + address
	serve(t, address, exec.Command(program, "--port", address, "--access", accessKey, "--secret", secretKey,
		"--region", region, "--quiet", "posix", "--versioning-dir", t.TempDir(), s.folder))
	s.Client = s3.New(s3.Options{
		BaseEndpoint: &s.endpoint, UsePathStyle: true, Region: region,
		Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
	})
	return s
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// serve runs a server until the test ends, and returns when it listens.
func serve(t *testing.T, address string, command *exec.Cmd) {
	t.Helper()
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait()
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		<-ended
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("the server ended: %s", &output)
		case <-tick.C:
		}
	}
	t.Fatalf("nothing listens on %s", address)
}

// bucket makes a bucket and returns the URL of an archive in it and the folder of its files.
func (s *s3Server) bucket(t *testing.T, name string, kind string) (location, folder string) {
	t.Helper()
	ctx := context.Background()
	_, err := s.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name, ObjectLockEnabledForBucket: aws.Bool(kind == "locked")})
	if err == nil && kind == "versioned" {
		_, err = s.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket: &name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	query := url.Values{"endpoint": {s.endpoint}, "use_path_style": {"true"}, "region": {region}, "prefix": {"contracts/2026"}}
	return fmt.Sprintf("s3://%s?%s", name, query.Encode()), filepath.Join(s.folder, name, "contracts", "2026")
}
