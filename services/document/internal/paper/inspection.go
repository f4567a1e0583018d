package paper

// Inspection is what was found in an uploaded PDF that was taken in.
type Inspection struct {
	// PDFVersion of the format, such as "1.7".
	PDFVersion string
	// Remarks in page order, those about the whole file first.
	Remarks []Remark
}

// Remark is one unusual thing in a PDF.
type Remark struct {
	// Code is UPPER_SNAKE_CASE, as the contract lists them.
	Code string
	// Detail says it for people and quotes nothing of the file.
	Detail string
	// Page counts from 1; 0 is the whole file.
	Page int
}

// PageSize is the size of a page as it is displayed, in points.
type PageSize struct{ Width, Height float64 }
