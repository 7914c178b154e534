package main

import (
	"errors"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kzap"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/ebbstream/ebb/pipeline/live"
)

// newLog is the log on standard error.
func newLog(s *settings) (*zap.Logger, error) {
	c := zap.NewProductionConfig()
	if s.Log.Format == "console" {
		c = zap.NewDevelopmentConfig()
		c.Development, c.DisableStacktrace = false, true
	}
	level, err := zapcore.ParseLevel(s.Log.Level)
	if err != nil {
		return nil, asked("log.level: %w", err)
	}
	c.EncoderConfig.EncodeTime = zapcore.TimeEncoderOfLayout("2006-01-02T15:04:05.000Z07:00")
	c.EncoderConfig.EncodeDuration = zapcore.StringDurationEncoder
	c.Level, c.DisableCaller, c.Sampling = zap.NewAtomicLevelAt(level), true, nil
	return c.Build()
}

// clientLog is the log of the client of Kafka. What it says at level info of each session and each broker is no news to who
// runs the service: it is told with debug.
func clientLog(log *zap.Logger) kgo.Opt {
	level := kgo.LogLevelWarn
	switch log.Level() {
	case zapcore.DebugLevel:
		level = kgo.LogLevelInfo
	case zapcore.ErrorLevel:
		level = kgo.LogLevelError
	}
	return kgo.WithLogger(kzap.New(log.Named("kafka"), kzap.Level(level)))
}

// tellLog writes what happens to a member.
func tellLog(log *zap.Logger, e live.Event) {
	switch e := e.(type) {
	case live.Committed:
		log.Debug("committed", zap.Int("tasks", e.Tasks), zap.Int("records", e.Records), zap.Duration("took", e.Took))
	case live.Restoring:
		log.Debug("restoring", zap.Int32("task", e.Task), zap.Int64("at", e.At), zap.Int64("end", e.End))
	case live.Assigned:
		log.Debug("gained", zap.Int32s("tasks", e.Tasks))
	case live.Restored:
		log.Info("restored", zap.Int32("task", e.Task), zap.Int64("from", e.From), zap.Int64("to", e.To), zap.Int("records", e.Records),
			zap.Bool("anew", e.Anew), zap.Duration("took", e.Took))
	case live.Ended:
		if e.Err == nil || errors.Is(e.Err, live.ErrTaken) {
			log.Info("session over", zap.Error(e.Err))
			return
		}
		log.Warn("session over; beginning another", zap.Error(e.Err), zap.Duration("pause", e.Pause))
	case live.Orphaned, live.Moved, live.Gone, live.Waiting:
		log.Warn(e.String())
	default:
		log.Info(e.String())
	}
}
