-- Who wants all sites reads their ids (core.db.Database.site_ids) and then each as itself.
drop function sites();
