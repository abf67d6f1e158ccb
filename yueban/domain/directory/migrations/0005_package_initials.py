from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from yueban.domain.directory.rules import initials


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the packages of a county that was loaded before the letters by which the desk finds them."""
    del schema_editor
    for package in apps.get_model("directory", "Package").objects.all():
        package.initials = initials(package.name, package.short_name)
        package.save(update_fields=["initials"])


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0004_choices'),
    ]

    operations = [
        migrations.AddField(
            model_name='package',
            name='initials',
            field=models.CharField(default='', max_length=200, verbose_name='拼音首字母'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
