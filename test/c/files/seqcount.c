/* Readers of the time retry when a writer was active; without the retry they see half of an update. */
#include <racewalk.h>

OPTION_FLAG(RETRY, variant, "the reader retries", true);

seqcount_t seq;
int sec, nsec;

THREAD(update)
{
	raw_write_seqcount_begin(&seq);
	WRITE_ONCE(sec, 1);
	WRITE_ONCE(nsec, 1);
	raw_write_seqcount_end(&seq);
}

THREAD(reader)
{
	unsigned int start;
	int s, ns;

	do {
		start = read_seqcount_begin(&seq);
		s = READ_ONCE(sec);
		ns = READ_ONCE(nsec);
	} while (read_seqcount_retry(&seq, start) && RETRY);
	CHECK(s == ns, "the reader returns %d s and %d ns", s, ns);
	if (s)
		REACHED("the reader sees the update");
}

SCENARIO(retry, HOLDS);
SCENARIO(retry_tso, HOLDS, MEMORY = tso);
SCENARIO(retry_arm64, HOLDS, MEMORY = arm64);
SCENARIO(no_retry, VIOLATED, RETRY = false);
