package archive

import (
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"cloud.google.com/go/storage"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/aws/smithy-go"
	"gocloud.dev/gcerrors"
	"google.golang.org/api/googleapi"
)

// missing tells that an object is not there. The library's own code is too wide for that: it says "not found" as well
// for a bucket that is gone, a host without an address and, on Google's, a permission that lacks.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, storage.ErrObjectNotExist) ||
		bloberror.HasCode(err, bloberror.BlobNotFound) || apiCode(err) == "NoSuchKey" || apiCode(err) == "NotFound"
}

// present tells that a conditional put found an object.
func present(err error) bool {
	return apiCode(err) == "PreconditionFailed" || gcerrors.Code(err) == gcerrors.FailedPrecondition
}

// conflicting tells that another conditional put of the same key was under way.
// Source: docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html.
func conflicting(err error) bool { return apiCode(err) == "ConditionalRequestConflict" }

// retained tells that a retention rule refused a deletion. Sources: cloud.google.com/storage/docs/json_api/v1/status-codes,
// learn.microsoft.com/rest/api/storageservices/blob-service-error-codes.
func retained(err error) bool {
	if errors.Is(err, ErrLocked) || lockedByS3(err) || bloberror.HasCode(err, bloberror.BlobImmutableDueToPolicy) {
		return true
	}
	var google *googleapi.Error
	if !errors.As(err, &google) || google.Code != http.StatusForbidden {
		return false
	}
	for _, item := range google.Errors {
		if item.Reason == "retentionPolicyNotMet" || item.Reason == "objectUnderActiveHold" {
			return true
		}
	}
	return false
}

// lockedByS3 tells that Object Lock refused. Only the message does: the code is that of any other refusal. Amazon and
// versitygw answer AccessDenied "... because object protected by object lock", MinIO and older versitygw InvalidRequest
// "Object is WORM protected ...". Sources: github.com/versity/versitygw s3err, github.com/minio/minio cmd/api-errors.go.
func lockedByS3(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "AccessDenied" && api.ErrorCode() != "InvalidRequest" {
		return false
	}
	message := strings.ToLower(api.ErrorMessage())
	return strings.Contains(message, "object lock") || strings.Contains(message, "worm protected")
}

// refused tells what only somebody who configures can mend from what passes: a store that cannot be reached, is busy or
// full, or fails.
func refused(err error) bool {
	var file *fs.PathError
	var s3Answer interface{ HTTPStatusCode() int }
	var google *googleapi.Error
	switch {
	case errors.Is(err, errNoLock):
		return true
	case errors.As(err, &file):
		return !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) && !errors.Is(err, syscall.EIO)
	case errors.As(err, &s3Answer):
		return refusal(s3Answer.HTTPStatusCode()) && apiCode(err) != "RequestTimeout" // which has status 400
	case errors.As(err, &google):
		return refusal(google.Code)
	}
	return bloberror.HasCode(err, bloberror.ContainerNotFound, bloberror.ContainerDisabled, bloberror.AuthenticationFailed,
		bloberror.AuthorizationFailure, bloberror.AuthorizationPermissionMismatch, bloberror.InsufficientAccountPermissions,
		bloberror.AccountIsDisabled, bloberror.NoAuthenticationInformation)
}

// refusal tells a status of HTTP that the same request will get again: S3 has 301 for another region, 501 for what a
// server does not know.
func refusal(status int) bool {
	return slices.Contains([]int{
		http.StatusMovedPermanently, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden,
		http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented,
	}, status)
}

// apiCode is the error code of S3; empty when the error is not its.
func apiCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}
