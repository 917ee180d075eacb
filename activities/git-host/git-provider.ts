/** Whose API is spoken; Forgejo's is Gitea's. */
export type GitProvider = 'github' | 'gitlab' | 'gitea' | 'forgejo';
