package live

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// ErrTaken says that another process runs under this instance's name.
var ErrTaken = errors.New("another process has taken over this instance: give each its own instance name, and its own state folder")

// clientID is of one process: the group remembers it of each member.
func (c *Config) clientID() string {
	return fmt.Sprintf("%s-%s-%s", c.Name, c.Instance, rand.Text()[:8])
}

// taken tells whether the member that has this instance's name is of another process. A fenced session alone does not: a
// request of an earlier session of this very process may have come late and fenced it.
func (c *Config) taken(ctx context.Context, own string) (bool, error) {
	client, err := kgo.NewClient(c.Client...)
	if err != nil {
		return false, err
	}
	defer client.Close()
	groups, err := kadm.NewClient(client).DescribeGroups(ctx, c.Name)
	if err == nil {
		err = groups.Error()
	}
	if err != nil {
		return false, fmt.Errorf("asking the group who has instance %s: %w", c.Instance, err)
	}
	for _, m := range groups[c.Name].Members {
		if m.InstanceID != nil && *m.InstanceID == c.Instance {
			return m.ClientID != own, nil
		}
	}
	return false, nil
}
