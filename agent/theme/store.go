package theme

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/google/renameio/v2"
	"go.yaml.in/yaml/v3"

	"github.com/slipway-os/slipway/agent/strictyaml"
)

const (
	themeFile = "theme.yaml"
	maxTheme  = 256 << 10 // bytes
	maxHTML   = 512 << 10 // bytes
)

// ErrNone is returned for a logo or page that is not there.
var ErrNone = errors.New("there is none")

// Store keeps a theme in a folder. Safe for concurrent use.
type Store struct {
	dir string
	mu  sync.Mutex // held by changes
}

// Open returns the store of dir, such as /etc/slipway/theme; it need not exist.
func Open(dir string) *Store { return &Store{dir: dir} }

// Load reads the theme as it is now; without a file it is empty. On an error the theme is empty as well.
func (s *Store) Load() (Theme, error) {
	path := filepath.Join(s.dir, themeFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(bytes.TrimSpace(text)) == 0 {
		return Theme{}, nil
	}
	var t Theme
	if err == nil {
		err = strictyaml.Unmarshal(text, maxTheme, &t)
	}
	if err == nil {
		err = t.Validate()
	}
	if err != nil {
		return Theme{}, fmt.Errorf("%s: %w; mend the file, or save the appearance again in the Local UI", path, err)
	}
	return t, nil
}

// Save replaces the theme; pages stay those that SetPage and RemovePage made.
func (s *Store) Save(t Theme) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.Load()
	if err == nil {
		t.Pages = old.Pages
	}
	return s.save(t)
}

func (s *Store) save(t Theme) error {
	if err := t.Validate(); err != nil {
		return err
	}
	text, err := yaml.Marshal(t)
	if err != nil {
		return err
	}
	return s.write(themeFile, text)
}

// logoFiles are the names of the logo by its kind.
var logoFiles = map[string]string{SVG: "logo.svg", PNG: "logo.png"}

// Logo is the image and its kind, or ErrNone. A file that somebody put there by hand is checked like any other.
func (s *Store) Logo() (data []byte, kind string, err error) {
	for _, k := range []string{SVG, PNG} {
		data, err := os.ReadFile(filepath.Join(s.dir, logoFiles[k]))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		kind, err := logoKind(data)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", filepath.Join(s.dir, logoFiles[k]), err)
		}
		return data, kind, nil
	}
	return nil, "", ErrNone
}

// SetLogo replaces the logo by a PNG or SVG image.
func (s *Store) SetLogo(data []byte) error {
	kind, err := logoKind(data)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.write(logoFiles[kind], data); err != nil {
		return err
	}
	for k, name := range logoFiles {
		if k != kind {
			err = errors.Join(err, s.remove(name))
		}
	}
	return err
}

// RemoveLogo goes back to the product's.
func (s *Store) RemoveLogo() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.remove(logoFiles[SVG]), s.remove(logoFiles[PNG]))
}

func pageFile(name string) string { return filepath.Join("pages", name+".html") }

// Page is the text of a page, or ErrNone.
func (s *Store) Page(name string) ([]byte, error) {
	t, err := s.Load()
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(t.Pages, func(p Page) bool { return p.Name == name }) {
		return nil, ErrNone
	}
	text, err := os.ReadFile(filepath.Join(s.dir, pageFile(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err == nil && len(text) > maxHTML {
		err = fmt.Errorf("the page %s has more than %d KiB", name, maxHTML>>10)
	}
	return text, err
}

// SetPage adds or replaces a page. Its text comes first, so that no menu ever names a page that is not there.
func (s *Store) SetPage(p Page, html []byte) error {
	if len(html) > maxHTML || !utf8.Valid(html) {
		return fmt.Errorf("a page is HTML text of at most %d KiB", maxHTML>>10)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.Load()
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(t.Pages, func(o Page) bool { return o.Name == p.Name }); i >= 0 {
		t.Pages[i] = p
	} else {
		t.Pages = append(t.Pages, p)
	}
	if err := t.Validate(); err != nil {
		return err
	}
	if err := s.write(pageFile(p.Name), html); err != nil {
		return err
	}
	return s.save(t)
}

// RemovePage takes a page away, or gives ErrNone.
func (s *Store) RemovePage(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.Load()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(t.Pages, func(o Page) bool { return o.Name == name })
	if i < 0 {
		return ErrNone
	}
	t.Pages = slices.Delete(t.Pages, i, i+1)
	if err := s.save(t); err != nil {
		return err
	}
	return s.remove(pageFile(name))
}

// write replaces a file, atomically and durably.
func (s *Store) write(name string, data []byte) error {
	path := filepath.Join(s.dir, name)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = renameio.WriteFile(path, data, 0o644)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("keeping the appearance of this host: %w", err)
	}
	return nil
}

func (s *Store) remove(name string) error {
	path := filepath.Join(s.dir, name)
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, syncDir(filepath.Dir(path)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
